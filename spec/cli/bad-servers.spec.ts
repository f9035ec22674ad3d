import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { serveHttp } from '../../src/http/serve-http.ts';
import { faultProxy } from '../support/fault-proxy.ts';
import { labCommand, type Ended } from './command-lab.ts';

// Whoever lost a connection waits a random time for the next one.
jest.setTimeout(30_000);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function run(url: string, args: readonly string[], more = {}): Promise<Ended> {
  const command = labCommand([...args, '--url', url], more);
  return { code: await command.ended, ...command.said };
}

/** A server that answers `/runs/r` like Sluice, and everything else like this. */
async function pretending(answer: { type: string; body: string; status?: number }): Promise<string> {
  const server: Server = createServer((request, response) => {
    const isRun = request.url === '/runs/r' && answer.type === 'text/event-stream';
    const {
      type,
      body,
      status = 200,
    } = isRun ? { type: 'application/json', body: '{"runId":"r","status":"running"}' } : answer;
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serving() {
  const engine = createEngine({ grace: 0 });
  const server = await serveHttp({ engine, port: 0, retry: 0 });
  closing.push(() => engine.close({ whenEnded: () => server.close() }));
  return { engine, server };
}

const COMMANDS: readonly (readonly string[])[] = [
  ['runs'],
  ['runs', '--watch'],
  ['get', 'r'],
  ['tail', 'r', '--wait', '0'],
  ['tail', 'r', '--no-follow'],
  ['replay', 'r'],
  ['cancel', 'r'],
  ['answer', 'r', 'true'],
  ['append', 'r'],
  ['append', '--new'],
];

describe('without a server', () => {
  it.each(COMMANDS)('sluice %s %s %s %s says so and ends with 4', async (...args) => {
    const { server } = await serving();
    await server.close();
    const words = args.filter(word => word !== undefined);
    const { code, out, err } = await run(server.url, words);
    expect([code, out]).toEqual([4, '']);
    expect(err).toMatch(/^CONNECTION_LOST http:\/\/127\.0\.0\.1:\d+.*sluice serve\n$/);
    const problem = await run(server.url, [...words, '--json']);
    expect(JSON.parse(problem.err)).toMatchObject({ code: 'CONNECTION_LOST', exitCode: 4 });
  });
});

describe('where another server answers', () => {
  it.each(COMMANDS)('sluice %s %s %s %s says so and ends with 4', async (...args) => {
    const words = args.filter(word => word !== undefined);
    const url = await pretending({ type: 'text/html', body: '<!doctype html><title>Welcome</title>' });
    expect(await run(url, words)).toMatchObject({ code: 4, err: expect.stringMatching(/^BAD_RESPONSE /) });
    const closed = await pretending({ type: 'text/html', body: 'no', status: 401 });
    expect(await run(closed, words)).toMatchObject({ code: 4, err: expect.stringContaining('401') });
  });

  it('tail says that a frame is no event', async () => {
    const url = await pretending({ type: 'text/event-stream', body: 'data: {"half":\n\n' });
    expect(await run(url, ['tail', 'r'])).toMatchObject({
      code: 4,
      err: expect.stringMatching(/^BAD_RESPONSE .*expected an event/),
    });
  });

  it('tail shows an event of 10 MB, and a line of it only', async () => {
    const long = 'x'.repeat(10_000_000);
    const event = (seq: number, type: string, data: object, more = {}) =>
      `data: ${JSON.stringify({ id: `e.${seq}.0`, runId: 'r', seq, type, time: '2030-01-01T00:00:00Z', data, ...more })}\n\n`;
    const body =
      event(1, 'token', { content: `${long}\n` }) +
      event(2, 'tool.called', { callId: '1', tool: 't', args: { long } }) +
      event(3, 'complete', {}, { final: true });
    const url = await pretending({ type: 'text/event-stream', body });
    const { code, out } = await run(url, ['tail', 'r']);
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toHaveLength(10_000_000);
    expect(lines[1]!.length).toBeLessThan(200);
    expect((await run(url, ['tail', 'r', '--json'])).out).toHaveLength(body.length - 3 * 'data: \n'.length);
  });
});

describe('over a bad line', () => {
  it('tail gives the whole run, whatever is cut, and tells a terminal of it', async () => {
    const { engine, server } = await serving();
    const proxy = await faultProxy(server.port);
    closing.push(() => proxy.close());
    const writer = await engine.open({ id: 'r' });
    for (let at = 0; at < 20; at++) writer.step(`s${at}`);
    await writer.drained();
    // The first connection asks for the run, those that follow are the stream.
    proxy.plan = at => (at > 0 && at < 4 ? { side: 'response', after: 900, how: 'cut' } : undefined);
    const reading = labCommand(['tail', 'r', '--json', '--url', proxy.url], { isTerminal: true });
    await reading.says(/"s19"/);
    await writer.complete();
    expect(await reading.ended).toBe(0);
    const { items } = await engine.events.search('r');
    expect(reading.said.out).toBe(items.map(item => `${JSON.stringify(item)}\n`).join(''));
    expect(reading.said.err).toMatch(/CONNECTION_LOST [^]*Trying again in [^]*connected again/);
  });

  it('tail says when a server came back without the run, and says nothing of retries to no terminal', async () => {
    const before = await serving();
    const after = await serving();
    const proxy = await faultProxy(before.server.port);
    closing.push(() => proxy.close());
    const writer = await before.engine.open({ id: 'r' });
    writer.step('seen');
    await writer.drained();
    const reading = labCommand(['tail', 'r', '--exit-status', '--url', proxy.url]);
    await reading.says(/seen/);
    proxy.target = after.server.port;
    proxy.cutAll();
    expect(await reading.ended).toBe(5);
    expect(reading.said.out).toMatch(/the run is gone/);
    expect(reading.said.err).toMatch(/^RUN_NOT_FOUND run r is gone: .*sluice runs --url http\S+\n$/);
  });

  it('tail waits for a server that does not answer yet, and says so once', async () => {
    const { engine, server } = await serving();
    const proxy = await faultProxy(server.port);
    closing.push(() => proxy.close());
    const writer = await engine.open({ id: 'r' });
    await writer.complete();
    let faults = 0;
    proxy.plan = () => (faults-- > 0 ? { side: 'request', after: 0, how: 'cut' } : undefined);
    const cutTwice = async (...args: string[]) => {
      faults = 2;
      return run(proxy.url, ['tail', 'r', ...args]);
    };
    const plain = await cutTwice();
    expect(plain).toMatchObject({ code: 0, out: expect.stringContaining('completed') });
    expect(plain.err).toMatch(
      /^… CONNECTION_LOST http:[^\n]+ Waiting up to 30.0 s for it; --wait 0 does not.\n… connected\n$/,
    );
    expect(await cutTwice('--json')).toMatchObject({ code: 0, err: '' });
  });

  it.each([
    ['--wait', '1'],
    ['--retries', '1'],
  ])('tail waits no longer than %s %s says, and leaves when it is told to', async (...args) => {
    const { server } = await serving();
    await server.close();
    const { code, out, err } = await run(server.url, ['tail', 'r', ...args]);
    expect([code, out]).toEqual([4, '']);
    expect(err).toMatch(/^… CONNECTION_LOST [^\n]+\nCONNECTION_LOST [^\n]+\n$/);
    const waiting = labCommand(['tail', 'r', '--url', server.url]);
    await waiting.says(/Waiting up to/);
    waiting.signal('SIGINT');
    expect(await waiting.ended).toBe(130);
    expect(waiting.said.err).toMatch(/^[^\n]*\n$/);
  });

  it('tail gives up after --retries', async () => {
    const { engine, server } = await serving();
    const proxy = await faultProxy(server.port);
    await engine.open({ id: 'r' });
    const reading = labCommand(['tail', 'r', '--retries', '0', '--url', proxy.url]);
    await reading.says(/started/);
    await proxy.close();
    expect(await reading.ended).toBe(4);
    expect(reading.said.err).toMatch(/CONNECTION_LOST Gave up/);
  });
});
