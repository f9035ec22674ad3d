import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { fileBackend } from '../../src/backends/file/file-backend.ts';
import { producedCanaries, SAYINGS } from './said-canaries.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { consoleObserver } from '../../src/engine/observers/console-observer.ts';
import { messageOf } from '../../src/errors/error-text.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import type { RunContext } from '../../src/run/context.ts';
import { jsonlFileSink } from '../../src/sinks/jsonl-file-sink.ts';
import { posted } from '../http/adapters.ts';
import { scratchFolder } from '../sinks/scratch-folder.ts';
import { until } from '../support/settle.ts';
import { CANARIES, canariesIn, filesBelow, textsOfLines } from './canaries.ts';

// Everything is said at every place where it can be cut: a deadline that only a fault reaches.
jest.setTimeout(120_000);

const MARK = '<secret:';

/** An agent that says each canary in every place, split at every position. */
const canaries = defineAgent({
  name: 'canaries',
  run: async (ctx: RunContext, input: unknown) => {
    for (const canary of Object.values(CANARIES)) {
      for (let at = 0; at <= canary.length; at++) {
        for (const say of SAYINGS) await say(ctx, [canary.slice(0, at), canary.slice(at)]);
      }
      // One character a token, in two messages at once.
      for (const character of canary) {
        ctx.token(character, { messageId: 'one' });
        ctx.token(character, { messageId: 'two' });
      }
    }
    const how = (input as { how: string }).how;
    if (how === 'fail')
      throw Object.assign(new Error(`no ${CANARIES['QUOTED']}`), { name: CANARIES['WIDE'] });
    if (how === 'ask') return ctx.ask(`Is it ${CANARIES['PLAIN']}?`);
    ctx.step('that is all');
    if (how === 'hang') return new Promise(() => undefined);
    for (const half of [CANARIES['LONG']!.slice(0, 9), CANARIES['LONG']!.slice(9)]) ctx.token(half);
    return { [CANARIES['QUOTED']!]: Object.values(CANARIES) };
  },
});

describe('G11: of what is secret nothing is written anywhere', () => {
  let engine: Engine;
  let server: HttpServer;
  let folder: ReturnType<typeof scratchFolder>;
  let lines: string[];
  let wire: string[];

  beforeEach(async () => {
    folder = scratchFolder();
    lines = [];
    wire = [];
    const write = (line: string): unknown => lines.push(line);
    engine = createEngine({
      backend: await fileBackend({ dir: join(folder.path, 'runs') }),
      agents: [canaries],
      secrets: CANARIES,
      grace: 0,
      observers: [
        consoleObserver({ write, format: 'json' }),
        consoleObserver({ write }),
        ({ data }) => {
          throw new Error(`cannot take ${JSON.stringify(data)}`);
        },
      ],
      onObserverError: error => write(messageOf(error)),
    });
    engine.sink(jsonlFileSink({ path: join(folder.path, 'sink', 'events.jsonl') }), { name: 'lines' });
    server = await serveHttp({ engine, port: 0 });
  });
  afterEach(() => folder.remove());

  /** Asks, and notes every byte of the answer. */
  async function ask(path: string, init?: RequestInit): Promise<string> {
    const answer = await fetch(server.url + path, init);
    const text = await answer.text();
    wire.push(JSON.stringify([...answer.headers]), text);
    return text;
  }

  async function readEverything(runId: string): Promise<void> {
    for (const accept of ['text/event-stream', 'application/json', 'application/x-ndjson']) {
      await ask(`/runs/${runId}/events`, { headers: { accept } });
    }
    for (const path of [`/runs/${runId}`, `/runs/${runId}/offset`, '/runs', `/events?runs=${runId}`])
      await ask(path);
  }

  async function nothingIsTold(): Promise<void> {
    await engine.close();
    await server.close();
    const sunk = filesBelow(join(folder.path, 'sink'));
    const told = {
      ...{ files: filesBelow(folder.path), lines: lines.join('\n'), wire: wire.join('\n') },
      // A reader puts together what was said in pieces.
      ...{ texts: textsOfLines(sunk).join('\n') },
    };
    for (const [where, text] of Object.entries(told)) {
      expect([where, canariesIn(text)]).toEqual([where, []]);
      // Hidden, and not lost.
      expect([where, text.includes(MARK)]).toEqual([where, true]);
    }
  }

  it.each([
    ['completes', 'complete'],
    ['fails', 'fail'],
  ])('by a run that %s', async (_, how) => {
    await ask(
      '/invoke/canaries/stream',
      posted({ input: { how, ...CANARIES }, labels: { of: CANARIES['PLAIN'] } }),
    );
    await ask('/invoke/canaries', posted({ input: { how }, metadata: { of: CANARIES } }));
    const { runs } = await engine.runs.list();
    expect(runs).toHaveLength(2);
    for (const { runId } of runs) await readEverything(runId);
    await nothingIsTold();
  });

  it('by a run that asks, and hears it in the answer', async () => {
    const run = await engine.start(canaries, { input: { how: 'ask' } });
    await until(() => lines.some(line => line.includes('"type":"ask"')));
    const { items } = await engine.events.search(run.id, { order: 'desc', limit: 5 });
    const [askId] = items.flatMap(item => ('type' in item && item.type === 'ask' ? [item.data.askId] : []));
    expect(askId).toBeDefined();
    await ask(`/runs/${run.id}/answers`, posted({ askId: CANARIES['PLAIN'], value: CANARIES['PLAIN'] }));
    await ask(`/runs/${run.id}/answers`, posted({ askId, value: CANARIES, by: CANARIES['WIDE'] }));
    await run.result;
    await readEverything(run.id);
    await nothingIsTold();
  });

  it('by a run that is cancelled and does not stop', async () => {
    const run = await engine.start(canaries, { input: { how: 'hang' } });
    await until(() => lines.at(-1)?.includes('that is all') ?? false);
    await ask(`/runs/${run.id}/cancel`, posted({ reason: `because of ${CANARIES['PLAIN']}` }));
    await run.result.catch((error: unknown) => wire.push(messageOf(error)));
    await readEverything(run.id);
    await nothingIsTold();
  });

  it('by a producer outside, in batches and in lines, that are cut anywhere', async () => {
    for (const flush of [false, true]) {
      const { id } = await engine.open();
      const events = producedCanaries();
      let waiting: object[] = [];
      for (const [n, event] of events.entries()) {
        waiting.push({ ...event, key: String(n) });
        const answer = await ask(`/runs/${id}/events`, posted({ events: waiting }));
        waiting = waiting.slice((JSON.parse(answer) as { accepted: number }).accepted);
      }
      const lined = [...waiting, ...events].map(event => JSON.stringify(event)).join('\n');
      const type = { 'content-type': 'application/x-ndjson' };
      await ask(`/runs/${id}/events?flush=${flush}`, { method: 'POST', headers: type, body: lined });
      await ask(`/runs/${id}/events`, posted({ events: [{ type: CANARIES['PLAIN'], data: {} }] }));
      await ask(
        `/runs/${id}/events`,
        posted({ events: [{ type: 'error', data: { code: 'X', message: CANARIES['LONG'] } }] }),
      );
      await readEverything(id);
    }
    await nothingIsTold();
  });
});
