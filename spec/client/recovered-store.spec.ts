import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Backend } from '../../src/backends/backend.ts';
import { createClient } from '../../src/client/index.ts';
import { RunSource } from '../../src/client/react/run-source.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { RunWriter } from '../../src/run/writer.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { systemClock } from '../../src/time/clock.ts';
import { ShakyBackend } from '../support/shaky-backend.ts';
import { until } from '../support/settle.ts';

let shaky: ShakyBackend;
let engine: Engine;
let server: HttpServer;
let writer: RunWriter;
const stop: AbortController[] = [];
/** Readers look, as they do when a store that was away is reached again, or polled. */
const rings = new Set<() => void>();
const ringAll = (): void => [...rings].forEach(ring => ring());

beforeEach(async () => {
  shaky = new ShakyBackend(systemClock);
  const { backend } = shaky;
  const log: Backend['log'] = {
    ...backend.log,
    watch: (key, ring) => {
      rings.add(ring);
      const unwatch = backend.log.watch(key, ring);
      return () => {
        rings.delete(ring);
        unwatch();
      };
    },
  };
  engine = createEngine({ backend: { ...backend, log } });
  server = await serveHttp({ engine, port: 0, heartbeat: 100 });
  writer = await engine.open({ id: 'run' });
  writer.token('one');
});
afterEach(async () => {
  shaky.reading = 'well';
  for (const each of stop.splice(0)) each.abort();
  await engine.close({ whenEnded: () => server.close() });
});

/** Reads the run until the spec is over. */
function reading(): { readonly source: RunSource; readonly beats: () => number } {
  const client = createClient(server.url);
  const source = new RunSource(() => client, 'run', undefined);
  const abort = new AbortController();
  stop.push(abort);
  let beats = 0;
  void source.read(
    abort.signal,
    () => void beats++,
    () => undefined,
  );
  return { source, beats: () => beats };
}

describe('a viewer who was told that the store is away', () => {
  it('is told that it is back, also where no event comes, and before the next one', async () => {
    const { source } = reading();
    const since = (): string | undefined => source.content().state.degradedSince;
    await until(() => source.content().state.seen === 2 && rings.size > 0, 'the first word');
    shaky.reading = 'refuses';
    ringAll();
    await until(() => since() !== undefined, 'the trouble');
    const reads = shaky.reads;
    await until(() => shaky.reads > reads + 2, 'some looks more');
    expect(since()).toBeDefined();
    shaky.reading = 'well';
    await until(() => since() === undefined, 'the end of it');
    expect(source.content().state.seen).toBe(2);
    writer.token('two');
    await until(() => source.content().state.seen === 3, 'the next word');
    await writer.complete();
  });

  it('is not told so by the signs of life of a connection', async () => {
    const { url } = server;
    const answer = await fetch(`${url}/runs/run/events?filter=minimal`, {
      headers: { accept: 'text/event-stream' },
    });
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const read = (async () => {
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) text += chunk.value;
    })();
    await until(() => text.includes('"type":"started"') && rings.size > 0, 'the start');
    // A filter leaves it out, so that a heartbeat has to tell the place; but not while the store is away.
    writer.token('hidden');
    shaky.reading = 'refuses';
    ringAll();
    await until(() => text.includes('"notice":"degraded"'), 'the trouble');
    const beats = (): number => text.split(': heartbeat').length;
    const before = beats();
    await until(() => beats() > before + 3, 'signs of life');
    const behind = (): string => text.slice(text.indexOf('"notice":"degraded"'));
    expect(behind()).not.toMatch(/^id: /m);
    shaky.reading = 'well';
    await until(() => /^id: \S+$/m.test(behind()), 'the place');
    await reader.cancel();
    await read;
    await writer.complete();
  });
});
