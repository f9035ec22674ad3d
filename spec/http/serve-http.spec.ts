import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { serveHttp } from '../../src/http/serve-http.ts';
import { eventually } from './eventually.ts';
import { servedEngine } from './served-agents.ts';
import { dataFramesOf } from './sse-frames.ts';

describe('serveHttp', () => {
  it('listens on this machine alone, and closes behind its streams', async () => {
    const engine = servedEngine();
    const server = await serveHttp({ engine, port: 0 });
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    const writer = await engine.open({ id: 'r' });
    const text = fetch(`${server.url}/runs/r/events`).then(answer => answer.text());
    await eventually(() => server.streams === 1);
    writer.token('last words');
    await server.close();
    expect(dataFramesOf(await text).map(frame => frame.event)).toEqual(['started', 'token']);
    expect((await engine.runs.get('r')).status).toBe('running');
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    await server.close();
    await engine.close();
  });

  it('keeps a connection for longer than the proxies before it, which wait 60 s for a next request', async () => {
    const engine = servedEngine();
    const server = await serveHttp({ engine, port: 0 });
    const answer = await fetch(`${server.url}/healthz`);
    const [, seconds] = /^timeout=(\d+)$/.exec(answer.headers.get('keep-alive') ?? '') ?? [];
    expect(Number(seconds)).toBeGreaterThan(60);
    await answer.text();
    await server.close();
    await engine.close();
  });

  it('takes no more connections when it drains, and lets streams go on', async () => {
    const engine = servedEngine();
    const server = await serveHttp({ engine, port: 0 });
    const writer = await engine.open({ id: 'r' });
    const text = fetch(`${server.url}/runs/r/events`).then(answer => answer.text());
    await eventually(() => server.streams === 1);
    server.drain();
    server.drain();
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    writer.token('still heard');
    await writer.complete();
    expect(dataFramesOf(await text).map(frame => frame.event)).toEqual(['started', 'token', 'complete']);
    await server.close();
    await engine.close();
  });

  it('keeps no connection for a next request when it closes behind an answer', async () => {
    const engine = servedEngine();
    const server = await serveHttp({ engine, port: 0 });
    // Node would keep it for five seconds, and this client for ever.
    connect(server.port, '127.0.0.1')
      .resume()
      .write('POST /invoke/wait HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
    await eventually(() => engine.stats.liveRuns === 1);
    const closing = server.close();
    await engine.close();
    await closing;
  }, 3_000);

  it('ends connections on which nothing was asked when it drains', async () => {
    const engine = servedEngine();
    const server = await serveHttp({ engine, port: 0 });
    const silent = connect(server.port, '127.0.0.1').resume();
    // What comes behind it is answered, so the server knows of it by then.
    await fetch(`${server.url}/healthz`).then(answer => answer.text());
    const ended = once(silent, 'close');
    server.drain();
    await ended;
    await server.close();
    await engine.close();
  });

  it('refuses a port that is taken', async () => {
    const engine = servedEngine();
    const server = await serveHttp({ engine, port: 0 });
    await expect(serveHttp({ engine, port: server.port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining('another port'),
    });
    await server.close();
    await engine.close();
  });

  it('refuses addresses that others reach, unless told so', async () => {
    const engine = servedEngine();
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.com']) {
      expect(() => serveHttp({ engine, host, port: 0 })).toThrow(
        expect.objectContaining({ code: 'UNSAFE_ADDRESS' }),
      );
    }
    const server = await serveHttp({ engine, host: '0.0.0.0', port: 0, allowUnsafeAddress: true });
    const answer = await fetch(`http://127.0.0.1:${server.port}/healthz`);
    expect(answer.status).toBe(200);
    await server.close();
    await engine.close();
  });

  it('refuses options that cannot be', () => {
    const engine = servedEngine();
    for (const options of [
      { port: -1 },
      { retry: -1 },
      { bodyLimit: 1 },
      { basePath: 'x' },
      { basePath: '/x/' },
    ]) {
      expect(() => serveHttp({ engine, ...options })).toThrow(
        expect.objectContaining({ code: 'BAD_OPTION' }),
      );
    }
  });
});
