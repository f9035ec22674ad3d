import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../../src/engine/engine.ts';
import { createClient } from '../../../src/client/create-client.ts';
import { until } from '../../support/settle.ts';
import { posted } from '../adapters.ts';
import { expectProblem } from '../expect-problem.ts';
import { servedEngine } from '../served-agents.ts';
import { dataFramesOf, lastIdOf, seqsOf } from '../sse-frames.ts';
import { BASE, FRAMEWORKS, type Mounted } from './framework.ts';

/** A stream that is read piece by piece. */
class Reading {
  text = '';
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();

  constructor(answer: Response) {
    this.#reader = answer.body!.getReader();
  }

  async until(count: number): Promise<void> {
    while (dataFramesOf(this.text).length < count) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`ended after ${this.text}`);
      this.text += this.#decoder.decode(value, { stream: true });
    }
  }

  async rest(): Promise<string> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return this.text;
      this.text += this.#decoder.decode(value, { stream: true });
    }
  }
}

describe.each(Object.entries(FRAMEWORKS))('mounted in %s', (name, mount) => {
  let engine: Engine;
  let mounted: Mounted;
  beforeEach(async () => {
    engine = servedEngine();
    mounted = await mount(engine);
  });
  afterEach(async () => {
    await engine.close();
    await mounted.close();
  });
  const ask = (path: string, init?: RequestInit) => fetch(`${mounted.url}${path}`, init);

  it('answers below its path, and names addresses that are there', async () => {
    const answer = await ask('/runs', posted({ agent: 'greet', id: 'a', input: { who: 'Ann' } }));
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ runId: 'a', eventsUrl: `${BASE}/runs/a/events` });
    const location = answer.headers.get('location')!;
    expect(location).toBe(`${BASE}/runs/a`);
    const shown = await fetch(new URL(location, mounted.url));
    expect(await shown.json()).toMatchObject({ runId: 'a', input: { who: 'Ann' } });
    const document = (await (await ask('/openapi.json')).json()) as { servers: unknown };
    expect(document.servers).toEqual([{ url: BASE }]);
  });

  it('streams events when they come, to clients that let bodies be compressed', async () => {
    const run = await engine.open({ id: 'live' });
    const answer = await ask('/runs/live/events', { headers: { 'accept-encoding': 'gzip, deflate, br' } });
    expect(answer.headers.get('content-encoding')).toBeNull();
    const reading = new Reading(answer);
    for (let count = 1; count <= 3; count++) {
      await run.append([{ type: 'token', data: { content: `${count}` } }], { flush: true });
      // Each is here before the next is made.
      await reading.until(count + 1);
    }
    await run.append([{ type: 'complete' }]);
    expect(seqsOf(await reading.rest())).toEqual([1, 2, 3, 4, 5]);
  });

  it('goes on behind a cut, and stops at the end', async () => {
    const run = await engine.open({ id: 'cut' });
    const left = new AbortController();
    const first = new Reading(await ask('/runs/cut/events', { signal: left.signal }));
    await run.append([{ type: 'step', data: { name: 'one' } }]);
    await first.until(2);
    left.abort();
    await run.append([{ type: 'step', data: { name: 'two' } }, { type: 'complete' }]);
    const header = { headers: { 'last-event-id': lastIdOf(first.text)! } };
    const rest = await (await ask('/runs/cut/events', header)).text();
    expect([...seqsOf(first.text), ...seqsOf(rest)]).toEqual([1, 2, 3, 4]);
    const end = await ask('/runs/cut/events', { headers: { 'last-event-id': lastIdOf(rest)! } });
    expect(end.status).toBe(204);
  });

  it('learns that a client has gone', async () => {
    const left = new AbortController();
    const init = posted({ id: 'left', onDisconnect: 'cancel' });
    const reading = new Reading(await ask('/invoke/wait/stream', { ...init, signal: left.signal }));
    await reading.until(1);
    expect(engine.stats.liveRuns).toBe(1);
    left.abort();
    await until(() => engine.stats.liveRuns === 0, 'the end of the run');
    expect(await engine.runs.get('left')).toMatchObject({ status: 'cancelled', reason: 'the client left' });
  });

  it('takes bodies of every kind, whoever parsed them', async () => {
    await ask('/runs', posted({ id: 'taken' }));
    const lines = '{"type":"step","data":{"name":"a"}}\n{"type":"step","data":{"name":"b"}}\n';
    if (name !== 'Fastify 5 behind its own parser') {
      const appended = await ask('/runs/taken/events', {
        ...{ method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: lines },
      });
      expect(await appended.json()).toMatchObject({ accepted: 2 });
    }
    const events = [{ type: 'step', data: { name: 'c', täglich: '🚀' } }];
    expect(await (await ask('/runs/taken/events', posted({ events }))).json()).toMatchObject({ accepted: 1 });
    const last = await engine.events.latest('taken');
    expect(last?.data).toEqual(events[0]!.data);
    // No body at all.
    const cancelled = await ask('/runs/taken/cancel', { method: 'POST' });
    expect(cancelled.status).toBe(202);
    expect((await ask('/runs/taken', { method: 'DELETE' })).status).toBe(202);
  });

  it('says what is wrong as it does elsewhere', async () => {
    await expectProblem(await ask('/runs/absent'), 404, 'RUN_NOT_FOUND');
    await expectProblem(await ask('/nothing/here'), 404, 'NOT_FOUND');
    await expectProblem(await ask('/runs', posted({ more: 1 })), 400, 'BAD_REQUEST');
    await expectProblem(await ask('/runs/absent/events'), 404, 'RUN_NOT_FOUND');
    const failed = await ask('/invoke/fail', posted({}));
    await expectProblem(failed, 500, 'AGENT_ERROR');
    expect((await ask('/healthz', { method: 'HEAD' })).status).toBe(200);
  });

  it('is read by the client', async () => {
    const client = createClient(mounted.url);
    const { runId } = await client.start('greet', { input: 'x' });
    const types: string[] = [];
    for await (const item of client.events(runId)) if ('type' in item) types.push(item.type);
    expect(types.at(0)).toBe('started');
    expect(types.at(-1)).toBe('complete');
  });
});

describe('beside the routes of Sluice, Fastify', () => {
  it('parses the bodies of its own', async () => {
    const engine = servedEngine();
    const mounted = await FRAMEWORKS['Fastify 5']!(engine);
    const answer = await fetch(new URL('/echo', mounted.url), posted({ a: 1 }));
    expect(await answer.json()).toEqual({ a: 1 });
    await engine.close();
    await mounted.close();
  });
});
