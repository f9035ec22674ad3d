import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { systemClock } from '../../src/time/clock.ts';
import { until } from '../support/settle.ts';
import { ShakyBackend } from '../support/shaky-backend.ts';

type Ask = (path: string) => Promise<Response>;

describe('streams over a store that is away', () => {
  let shaky: ShakyBackend;
  let engine: Engine;
  let server: HttpServer;
  const stop: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    shaky = new ShakyBackend(systemClock);
    engine = createEngine({ backend: shaky.backend, grace: 0 });
    server = await serveHttp({ engine, port: 0, heartbeat: 1_000 });
  });
  afterEach(async () => {
    shaky.mood = shaky.reading = 'well';
    await Promise.all(stop.splice(0).map(leave => leave().catch(() => undefined)));
    await engine.close({ whenEnded: () => server.close() });
  });

  /** What comes of a stream, as it comes. */
  async function watch(ask: Ask, path: string): Promise<{ text: string; ended: boolean; status: number }> {
    const response = await ask(path);
    const seen = { text: '', ended: false, status: response.status };
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    stop.push(() => reader.cancel());
    void (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        seen.text += value;
      }
      seen.ended = true;
    })().catch(() => undefined);
    return seen;
  }

  const count = (text: string, what: RegExp): number => [...text.matchAll(what)].length;
  const seqs = (text: string): number[] => [...text.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));

  const served: [string, () => Ask][] = [
    [
      'a server of Node',
      () => path => fetch(`${server.url}${path}`, { headers: { accept: 'text/event-stream' } }),
    ],
    [
      'a handler of requests',
      () => {
        const handler = createHandler(engine, { heartbeat: 1_000 });
        return path =>
          handler(new Request(`http://localhost${path}`, { headers: { accept: 'text/event-stream' } }));
      },
    ],
  ];
  const cases = served.flatMap(([name, ask]) => [
    [name, '/runs/r/events', ask] as const,
    [name, '/events?runs=r,s', ask] as const,
  ]);

  it.each(cases)(
    'of %s, %s, stay open, say so once, and go on; new ones are refused',
    async (_, path, open) => {
      const ask = open();
      const writer = await engine.open({ id: 'r' });
      await engine.open({ id: 's' });
      writer.token('a');
      const seen = await watch(ask, path);
      await until(() => seen.text.includes('"content":"a"'), 'the first word');
      shaky.reading = 'refuses';
      writer.token('b');
      await until(() => seen.text.includes('degraded'), 'the trouble');
      const beats = count(seen.text, /^:/gm);
      await until(() => count(seen.text, /^:/gm) > beats, 'a sign of life');
      const refused = await ask(path);
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await refused.json()).toMatchObject({ code: 'STORAGE_LOST' });
      shaky.reading = 'well';
      await until(() => seen.text.includes('"content":"b"'), 'the second word');
      await writer.complete();
      await until(() => seen.text.includes('"type":"complete"'), 'the end');
      expect(count(seen.text, /"notice":"degraded"/g)).toBe(1);
      const ofRun = seen.text
        .split('\n')
        .filter(line => line.includes('"runId":"r"'))
        .join('\n');
      expect(seqs(ofRun)).toEqual([1, 2, 3, 4]);
    },
  );

  it.each(cases)('of %s, %s, say once that a writer has to wait', async (_, path, open) => {
    const writer = await engine.open({ id: 'r' });
    await engine.open({ id: 's' });
    const seen = await watch(open(), path);
    await until(() => seen.text.includes('"seq":1'), 'the beginning');
    shaky.mood = 'refuses';
    writer.token('a');
    await until(() => shaky.attempts > 4, 'some attempts');
    await until(() => seen.text.includes('degraded'), 'the trouble');
    shaky.mood = 'well';
    await until(() => seen.text.includes('"content":"a"'), 'the word');
    expect(count(seen.text, /"notice":"degraded"/g)).toBe(1);
  });
});
