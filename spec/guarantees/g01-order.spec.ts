import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { config } from 'rxjs';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import type { RunContext } from '../../src/run/context.ts';
import { collect } from '../support/collect.ts';
import { until } from '../support/settle.ts';
import { seqsOf } from '../http/sse-frames.ts';
import { play, program } from './program.ts';

// Many random runs: a deadline that only a fault reaches, also on a busy machine.
jest.setTimeout(60_000);

describe('G1: every reader is given 1, 2, 3 …', () => {
  const { onUnhandledError } = config;
  let thrown = 0;
  let reported = 0;
  beforeAll(() => {
    config.onUnhandledError = () => void reported++;
  });
  afterAll(async () => {
    await until(() => reported === thrown, 'a report of everything that subscribers threw');
    config.onUnhandledError = onUnhandledError;
  });

  it('whatever the agent, the storage and the other readers do', async () => {
    await fc.assert(
      fc.asyncProperty(program, async plan => {
        const played = await play(plan);
        thrown += played.thrown;
        expect(played.faults).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('also when subscribers emit in their own callbacks, during replay and live', async () => {
    const engine = createEngine({ window: 2 });
    let ctx!: RunContext;
    let finish!: () => void;
    const run = await engine.start(given => {
      ctx = given;
      for (let at = 0; at < 10; at++) ctx.token('a');
      return new Promise<void>(resolve => (finish = resolve));
    });
    await until(() => ctx !== undefined);
    const echoing = (word: string) => {
      let left = 5;
      return collect(run, item => {
        const isLive = 'type' in item && item.type === 'token' && item.data.content === 'b';
        if (isLive || left-- > 0) ctx.custom('echo', { word });
      });
    };
    const readers = [collect(run), echoing('first'), echoing('second'), collect(run)];
    ctx.token('b');
    finish();
    await run.result;
    const numbers = Array.from({ length: 25 }, (_, at) => at + 1);
    for (const reader of readers) expect(reader.seqs).toEqual(numbers);
    for (const reader of readers) expect(reader.items).toEqual(readers[0]!.items);
    await engine.close();
  });

  it('in process, from the log, in pages and over SSE', async () => {
    const engine = createEngine();
    const handler = createHandler(engine);
    const fetchRun = (path: string, accept: string) =>
      handler(new Request(`http://localhost/runs/${path}`, { headers: { accept } }));
    let finish!: () => void;
    const run = await engine.start(
      async ctx => {
        for (let at = 0; at < 700; at++) ctx.token('x');
        await new Promise<void>(resolve => (finish = resolve));
        for (let at = 0; at < 700; at++) ctx.token('y');
      },
      { id: 'r' },
    );
    const live = collect(run);
    const streams = await Promise.all([0, 1].map(() => fetchRun('r/events', 'text/event-stream')));
    const texts = Promise.all(streams.map(stream => stream.text()));
    await until(() => finish !== undefined);
    finish();
    await run.result;
    const numbers = Array.from({ length: 1_402 }, (_, at) => at + 1);
    const late = await (await fetchRun('r/events', 'text/event-stream')).text();
    for (const text of [...(await texts), late]) expect(seqsOf(text)).toEqual(numbers);
    expect([live.seqs, collect(engine.events('r')).seqs]).toEqual([numbers, numbers]);
    const { items } = (await (await fetchRun('r/events?limit=10000', 'application/json')).json()) as {
      items: { seq: number }[];
    };
    expect(items.map(({ seq }) => seq)).toEqual(numbers);
    await engine.close();
  });
});
