import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/engine/engine.ts';
import { returnSpread } from '../../src/http/return-spread.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { until } from '../support/settle.ts';
import { ADAPTERS, serveOnNode, type Served } from './adapters.ts';
import { answerOf, rawSocket } from './raw-request.ts';
import { servedEngine } from './served-agents.ts';
import { framesOf, type Frame } from './sse-frames.ts';

const STREAMS = 1_000;

let engine: Engine;
let server: HttpServer | undefined;
let served: Served | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close();
  await served?.close();
  server = served = undefined;
  await engine.close();
});

function open(port: number, path: string): { readonly frames: () => Frame[]; isClosed: () => boolean } {
  const socket = rawSocket(port, [`GET ${path} HTTP/1.1`, 'Host: localhost']);
  sockets.push(socket);
  let bytes = Buffer.alloc(0);
  socket.on('data', chunk => (bytes = Buffer.concat([bytes, chunk])));
  return {
    frames: () => framesOf(answerOf(bytes)?.body.toString() ?? ''),
    isClosed: () => socket.closed,
  };
}

describe('coming back when a server closes', () => {
  it('is spread over the time that so many need', async () => {
    engine = servedEngine();
    await engine.open({ id: 'run' });
    server = await serveHttp({ engine, port: 0, retry: 1_000 });
    const streams = Array.from({ length: STREAMS }, () => open(server!.port, '/runs/run/events?after=now'));
    await until(() => streams.every(({ frames }) => frames().length > 0), 'all streams');
    await server.close();
    await until(() => streams.every(({ isClosed }) => isClosed()), 'all ends');
    const waits = streams.map(({ frames }) => Number(frames().at(-1)!.retry));
    // 1 s at the least, and 2 ms for each of them.
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_000 + 2 * STREAMS);
    // Each tenth of the spread is chosen by about a tenth: 100, of which 55 is more than four standard deviations away.
    const tenths = new Array<number>(10).fill(0);
    for (const wait of waits) tenths[Math.min(9, Math.floor((10 * (wait - 1_000)) / (2 * STREAMS)))]!++;
    expect(Math.min(...tenths)).toBeGreaterThan(55);
  }, 120_000);

  it.each([
    [3, 2_000],
    [1_000, 2_000],
    [5_000, 10_000],
    [1_000_000, 28_000],
  ])('takes %d clients 2 s and %d ms more', (clients, spread) => {
    expect(returnSpread(2_000, clients)).toBe(spread);
  });

  it('is nothing for a run that has ended', async () => {
    engine = servedEngine();
    const run = await engine.start('greet', { id: 'run' });
    await run.result;
    server = await serveHttp({ engine, port: 0 });
    const { frames } = open(server.port, '/runs/run/events');
    await until(() => frames().at(-1)?.event === 'complete', 'the end');
    await server.close();
    expect(frames().filter(({ retry }) => retry !== undefined)).toHaveLength(1);
  });
});

describe.each(Object.keys(ADAPTERS))('a stream that has reached its age, of a %s', name => {
  it('ends with a time of its own', async () => {
    engine = servedEngine();
    await engine.open({ id: 'run' });
    const options = { streamAge: 1_000, retry: 100_000 };
    served = await (name === 'node listener' ? serveOnNode : ADAPTERS[name]!)(engine, options);
    const texts = await Promise.all(
      Array.from({ length: 20 }, async () => (await served!.fetch('/runs/run/events?after=now')).text()),
    );
    const lasts = texts.map(text => Number(framesOf(text).at(-1)!.retry));
    for (const last of lasts) expect(last).toBeGreaterThanOrEqual(100_000);
    expect(new Set(lasts).size).toBeGreaterThan(15);
    // The one it ends with is another one than it began with.
    expect(texts.filter(text => framesOf(text)[0]!.retry === framesOf(text).at(-1)!.retry)).toHaveLength(0);
  });
});
