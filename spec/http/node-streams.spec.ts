import { execFile } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/engine/engine.ts';
import { createNodeListener } from '../../src/http/create-node-listener.ts';
import { HttpCore } from '../../src/http/http-core.ts';
import { NodeServing } from '../../src/http/node-serving.ts';
import { countingBackend } from './counting-backend.ts';
import { eventually } from './eventually.ts';
import { answerOf, rawRequest, rawSocket } from './raw-request.ts';
import { servedEngine } from './served-agents.ts';
import { dataFramesOf, framesOf, lastIdOf, seqsOf } from './sse-frames.ts';

const run = promisify(execFile);

/** The end of what a socket has received. */
function lastWordsOf(socket: Socket): () => string {
  let words = '';
  socket.on('data', chunk => (words = (words + chunk.subarray(-200).toString()).slice(-200)));
  return () => words;
}

describe('streams on Node', () => {
  let backend: ReturnType<typeof countingBackend>;
  let engine: Engine;
  let core: HttpCore;
  let serving: NodeServing;
  let server: ReturnType<typeof createServer>;
  let port: number;
  const accepted: Socket[] = [];

  beforeEach(async () => {
    backend = countingBackend();
    engine = servedEngine({ backend });
    core = new HttpCore(engine, { heartbeat: 60 });
    serving = new NodeServing(core);
    server = createServer((request, response) => serving.serve(request, response));
    server.on('connection', socket => accepted.push(socket));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  });
  afterEach(async () => {
    await engine.close();
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    accepted.length = 0;
  });

  const streamOf = (id: string, query = '', version = '1.1'): Socket =>
    rawSocket(port, [`GET /runs/${id}/events${query} HTTP/${version}`, 'Host: localhost']);
  const bodyIn = (socket: Socket): (() => string) => {
    let bytes = Buffer.alloc(0);
    socket.on('data', chunk => (bytes = Buffer.concat([bytes, chunk])));
    return () => answerOf(bytes)?.body.toString() ?? '';
  };

  it('sends headers at once, before there is any event', async () => {
    await engine.open({ id: 'quiet' });
    const socket = streamOf('quiet', '?after=now');
    const body = bodyIn(socket);
    await eventually(() => framesOf(body())[0]?.retry !== undefined);
    socket.destroy();
  });

  it('gives HTTP/1.0 and HTTP/1.1 the same bytes, and keeps the connection', async () => {
    await (
      await engine.start('greet', { id: 'a' })
    ).result;
    const strip = (text: string): string => text.replace(/^retry: \d+\n\n/, '');
    const old = await rawRequest(port, ['GET /runs/a/events HTTP/1.0', 'Host: localhost']);
    const socket = streamOf('a');
    let bytes = Buffer.alloc(0);
    socket.on('data', chunk => (bytes = Buffer.concat([bytes, chunk])));
    await eventually(() => bytes.includes('\r\n0\r\n\r\n'));
    expect(strip(answerOf(bytes)!.body.toString())).toBe(strip(old.body.toString()));
    bytes = Buffer.alloc(0);
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await eventually(() => bytes.includes('{"status":"ok"}'));
    socket.destroy();
  });

  it('answers pipelined requests in their order', async () => {
    await (
      await engine.start('greet', { id: 'a' })
    ).result;
    const line = 'GET /runs/a/events HTTP/1.1\r\nHost: localhost\r\n';
    const socket = rawSocket(port, [`${line}\r\n${line}Connection: close`]);
    let text = '';
    socket.on('data', chunk => (text += chunk.toString()));
    await new Promise(resolve => socket.on('close', resolve));
    expect(text.match(/event: complete/g)).toHaveLength(2);
  });

  it('writes through whatever changes the body', async () => {
    await (
      await engine.start('greet', { id: 'a' })
    ).result;
    const written: string[] = [];
    const listener = createNodeListener(engine);
    const wrapped = createServer((request, response) => {
      const write = response.write.bind(response) as (chunk: Uint8Array) => boolean;
      response.write = ((chunk: Uint8Array) => {
        written.push(Buffer.from(chunk).toString());
        return write(chunk);
      }) as ServerResponse['write'];
      listener(request, response);
    });
    await new Promise<void>(resolve => wrapped.listen(0, '127.0.0.1', resolve));
    const answer = await fetch(
      `http://127.0.0.1:${(wrapped.address() as { port: number }).port}/runs/a/events`,
    );
    expect(written.join('')).toBe(await answer.text());
    await new Promise(resolve => wrapped.close(resolve));
  });

  it('lets a slow reader delay nobody, and gives it everything when it reads', async () => {
    const writer = await engine.open({ id: 'wide' });
    const slow = streamOf('wide');
    const chunks: Buffer[] = [];
    slow.on('data', chunk => chunks.push(chunk));
    const fast = Array.from({ length: 5 }, () => lastWordsOf(streamOf('wide')));
    await eventually(() => serving.streams === 6 && chunks.length > 0);
    slow.pause();
    const count = 3_000;
    for (let i = 0; i < count; i++) {
      writer.token('x'.repeat(4_000));
      if (i % 50 === 0) await new Promise(setImmediate);
    }
    await writer.drained();
    await eventually(() => fast.every(words => words().includes(`.${count + 1}.0`)));
    // What waits for the slow one: what its socket holds, one burst at the most, and no queue.
    const held = Math.max(...accepted.map(socket => socket.writableLength));
    expect(held).toBeGreaterThan(64 * 1024);
    expect(held).toBeLessThan(64 * 1024 + 2 * 256 * 1024);
    slow.resume();
    await writer.complete();
    await eventually(() => chunks.at(-1)!.toString().endsWith('\r\n0\r\n\r\n'));
    const text = answerOf(Buffer.concat(chunks))!.body.toString();
    expect(seqsOf(text)).toEqual(Array.from({ length: count + 2 }, (_, at) => at + 1));
  }, 20_000);

  it('frees everything when clients leave, also idle ones', async () => {
    await engine.open({ id: 'idle' });
    await engine.open({ id: 'other' });
    const before = accepted.length;
    const sockets = [
      streamOf('idle'),
      streamOf('idle', '?filter=minimal'),
      streamOf('idle', '', '1.0'),
      rawSocket(port, ['GET /events?runs=idle,other HTTP/1.1', 'Host: localhost']),
      rawSocket(port, ['GET /runs HTTP/1.1', 'Host: localhost', 'Accept: text/event-stream']),
    ];
    await eventually(() => serving.streams === 5);
    expect(backend.watches()).toBe(4);
    expect(core.heartbeats.size).toBe(5);
    for (const socket of sockets) socket.destroy();
    await eventually(() => serving.streams === 0);
    expect(backend.watches()).toBe(0);
    expect(core.heartbeats.size).toBe(0);
    expect(core.feeds.size).toBe(0);
    expect(accepted.length).toBeGreaterThan(before);
  });

  it('frees a client that leaves while its answer is being made, and stops its run if it asked for that', async () => {
    const body = JSON.stringify({ id: 'w', onDisconnect: 'cancel' });
    const socket = rawSocket(
      port,
      [
        'POST /invoke/wait HTTP/1.1',
        'Host: localhost',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
      ],
      body,
    );
    await eventually(() => backend.watches() === 1);
    socket.destroy();
    await eventually(() => backend.watches() === 0);
    await eventually(() => engine.stats.liveRuns === 0);
    expect((await engine.runs.get('w')).status).toBe('cancelled');
  });

  it('leaves no listener on a connection that many streams used', async () => {
    await (
      await engine.start('greet', { id: 'a' })
    ).result;
    const socket = streamOf('a');
    const text = bodyIn(socket);
    await eventually(() => accepted.length > 0 && text() !== '');
    const [server_] = accepted;
    const listeners = (): number =>
      ['drain', 'close', 'error', 'end'].reduce((sum, name) => sum + server_!.listenerCount(name), 0);
    await eventually(() => serving.streams === 0);
    const before = listeners();
    for (let i = 0; i < 20; i++) {
      let bytes = '';
      socket.removeAllListeners('data').on('data', chunk => (bytes += chunk.toString()));
      socket.write('GET /runs/a/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await eventually(() => bytes.includes('\r\n0\r\n\r\n'));
    }
    expect(listeners()).toBeLessThanOrEqual(before);
    socket.destroy();
  });

  it('beats while nothing happens, and moves the place of a filtered reader', async () => {
    const writer = await engine.open({ id: 'h' });
    const text = bodyIn(streamOf('h', '?filter=minimal'));
    await eventually(() => seqsOf(text()).includes(1));
    writer.token('unseen');
    const { id } = (await engine.events.latest('h'))!;
    await eventually(() => lastIdOf(text()) === id);
    const frames = framesOf(text());
    const place = frames.findIndex(frame => frame.id === id);
    expect(frames[place]).toEqual({ id });
    expect(frames[place - 1]).toEqual({ comment: 'heartbeat' });
    const beats = frames.length;
    await eventually(() => framesOf(text()).length > beats + 1);
    expect(framesOf(text()).filter(frame => frame.id === id)).toHaveLength(1);
    const { body } = await rawRequest(
      port,
      ['GET /runs/h/events?filter=minimal HTTP/1.1', 'Host: localhost', `Last-Event-ID: ${id}`],
      40,
    );
    expect(dataFramesOf(body.toString())).toEqual([]);
  });

  it('refuses names that only resolve to this machine, and takes its own', async () => {
    const status = async (...headers: string[]): Promise<string> =>
      (await rawRequest(port, ['GET /healthz HTTP/1.1', 'Connection: close', ...headers])).head.split(
        ' ',
      )[1]!;
    for (const host of ['localhost', `127.0.0.1:${port}`, '[::1]:80', 'app.localhost', 'LOCALHOST:1']) {
      expect({ host, status: await status(`Host: ${host}`) }).toEqual({ host, status: '200' });
    }
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.1',
      'x@localhost',
      '',
    ]) {
      expect({ host, status: await status(`Host: ${host}`) }).toEqual({ host, status: '403' });
    }
    const own = `Host: localhost:${port}`;
    expect(await status(own, `Origin: http://localhost:${port}`)).toBe('200');
    expect(await status(own, 'Origin: http://localhost:1')).toBe('403');
  });

  it('takes the absolute form of an address, and only its path', async () => {
    const { head } = await rawRequest(port, [
      'GET http://localhost/healthz?x HTTP/1.1',
      'Host: localhost',
      'Connection: close',
    ]);
    expect(head).toMatch(/^HTTP\/1\.1 200/);
    const double = await rawRequest(port, [
      'GET //evil.example/healthz HTTP/1.1',
      'Host: localhost',
      'Connection: close',
    ]);
    expect(double.head).toMatch(/^HTTP\/1\.1 404/);
  });

  it('takes a body that a parser read before', async () => {
    const listener = createNodeListener(engine);
    const parsed = createServer((request, response) => {
      let text = '';
      request.on('data', chunk => (text += String(chunk)));
      request.on('end', () =>
        listener(Object.assign(request, { body: JSON.parse(text) as unknown }), response),
      );
    });
    await new Promise<void>(resolve => parsed.listen(0, '127.0.0.1', resolve));
    const answer = await fetch(
      `http://127.0.0.1:${(parsed.address() as { port: number }).port}/invoke/greet`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"input":5}',
      },
    );
    expect(await answer.json()).toMatchObject({ output: { input: 5 } });
    parsed.closeAllConnections();
    await new Promise(resolve => parsed.close(resolve));
  });

  it('serves curl, which resumes where it was cut', async () => {
    try {
      await run('curl', ['--version']);
    } catch {
      console.warn('curl is not installed: skipped');
      return;
    }
    const writer = await engine.open({ id: 'c' });
    const url = `http://127.0.0.1:${port}/runs/c/events`;
    for (let i = 0; i < 5; i++) writer.token(`t${i} `.repeat(20));
    // curl ends with 28 when its time is over and hands over what it has.
    const cut = await run('curl', ['-sN', '-m', '0.3', url]).catch((error: { stdout: string }) => error);
    const rest = run('curl', ['-sN', '-H', `Last-Event-ID: ${lastIdOf(cut.stdout)}`, url]);
    writer.token('later');
    await writer.complete();
    expect([...seqsOf(cut.stdout), ...seqsOf((await rest).stdout)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const { stdout } = await run('curl', [
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '-H',
      `Last-Event-ID: ${lastIdOf((await rest).stdout)}`,
      url,
    ]);
    expect(stdout).toBe('204');
  });
});
