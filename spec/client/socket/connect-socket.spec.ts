import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { from, lastValueFrom, take, toArray } from 'rxjs';
import { WebSocket } from 'ws';
import type { ConnectionState } from '../../../src/client/options.ts';
import {
  connectSocket,
  type RunSocket,
  type SocketConnectOptions,
} from '../../../src/client/socket/connect-socket.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { HandlerOptions } from '../../../src/http/options.ts';
import { serveHttp, type HttpServer } from '../../../src/http/serve-http.ts';
import { codeOf, thrownBy } from '../../support/code-of.ts';
import { faultProxy, type FaultProxy } from '../../support/fault-proxy.ts';
import { until } from '../../support/settle.ts';
import { all, brief, hurriedClock } from '../reading.ts';

let engine: Engine;
let server: HttpServer;
let proxy: FaultProxy;
const sockets: RunSocket[] = [];

beforeEach(() => {
  engine = createEngine({ grace: 0 });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await proxy.close();
  await server.close();
  await engine.close();
});

async function serve(options: HandlerOptions = {}): Promise<void> {
  server = await serveHttp({ engine, port: 0, retry: 0, ...options });
  proxy = await faultProxy(server.port);
}

function connect(options: SocketConnectOptions = {}, path = '/ws'): RunSocket {
  const socket = connectSocket(proxy.url + path, { retryDelay: 0, WebSocket, ...options });
  sockets.push(socket);
  return socket;
}

async function ended(count: number, id = 'run'): Promise<string[]> {
  const writer = await engine.open({ id });
  for (let at = 1; at < count; at++) writer.step(`s${at}`);
  await writer.complete('done');
  return brief(await lastValueFrom(engine.events(id).pipe(toArray())));
}

describe('runs on one socket', () => {
  it('each come whole and in order, by one connection', async () => {
    await serve();
    const whole = [await ended(5, 'a'), await ended(700, 'b'), await ended(3, 'c')];
    const socket = connect();
    const read = ['a', 'b', 'c'].map(id => all(socket.events(id)));
    expect((await Promise.all(read)).map(brief)).toEqual(whole);
    expect(proxy.connections).toBe(1);
    await until(() => server.streams === 0);
  });

  it('are read by callbacks and by RxJS, and left at once', async () => {
    await serve();
    await ended(5);
    const first = await lastValueFrom(from(connect().events('run')).pipe(take(2), toArray()));
    expect(brief(first)).toEqual(['1 started', '2 step']);
    await until(() => server.streams === 0);
    const told: string[] = [];
    await new Promise<void>((complete, error) => {
      connect()
        .events('run', { after: 3 })
        .subscribe({ next: item => void told.push(...brief([item])), complete, error });
    });
    expect(told).toEqual(['4 step', '5 step', '6 complete']);
  });

  it('may be read twice at once, with filters of their own', async () => {
    await serve();
    const whole = await ended(5);
    const socket = connect();
    const [some, everything] = await Promise.all([
      all(socket.events('run', { filter: ['minimal'] })),
      all(socket.events('run')),
    ]);
    expect(brief(some)).toEqual(['1 started', '6 complete']);
    expect(brief(everything)).toEqual(whole);
  });

  it('go on after a loss behind what was given', async () => {
    await serve();
    const whole = await ended(600);
    const states: ConnectionState['status'][] = [];
    const connection = connect({ onState: ({ status }) => states.push(status) }).events('run');
    const given: string[] = [];
    for await (const item of connection) {
      given.push(...brief([item]));
      if (given.length % 150 === 0) proxy.cutAll();
    }
    expect(given).toEqual(whole);
    expect(connection.isEnded).toBe(true);
    expect(states.filter(status => status === 'open').length).toBeGreaterThan(1);
    await until(() => states.at(-1) === 'closed');
    expect(await all(connection)).toEqual([]);
  });

  it('begin at now, and lose nothing of what follows when cut before it', async () => {
    await serve();
    const writer = await engine.open({ id: 'run' });
    writer.step('before');
    await writer.drained();
    const connection = connect().events('run', { after: 'now' });
    const items = connection[Symbol.asyncIterator]();
    const next = items.next();
    await until(() => connection.cursor !== 'now');
    proxy.target = 1;
    proxy.cutAll();
    writer.step('while it is away');
    proxy.target = server.port;
    expect(brief([(await next).value!])).toEqual(['3 step']);
    await items.return!();
  });

  it('do not wait for one that nobody takes', async () => {
    await serve();
    await ended(2_000, 'slow');
    const whole = await ended(2_000, 'fast');
    const socket = connect();
    const slow = socket.events('slow', { credit: 10 })[Symbol.asyncIterator]();
    await slow.next();
    expect(brief(await all(socket.events('fast')))).toEqual(whole);
    let rest = 1;
    while (!(await slow.next()).done) rest++;
    expect(rest).toBe(2_001);
    expect(proxy.connections).toBe(1);
  });

  it('take no more than their credit from the server', async () => {
    await serve();
    const writer = await engine.open({ id: 'run' });
    for (let at = 0; at < 200; at++) {
      writer.token('x'.repeat(50_000), { messageId: `${at}` });
      await writer.drained();
    }
    const items = connect().events('run')[Symbol.asyncIterator]();
    await items.next();
    const other = connect();
    await ended(5, 'other');
    await all(other.events('other'));
    // A million characters, and one item: not the ten million there are.
    expect(proxy.bytes).toBeLessThan(1_300_000);
    await items.return!();
  });

  it('fail with what the server refuses, each by itself', async () => {
    await serve();
    const whole = await ended(5);
    const socket = connect();
    const [absent, filter, cursor, good] = await Promise.all([
      codeOf(() => all(socket.events('absent'))),
      codeOf(() => all(socket.events('run', { filter: 'nothing.like.it' }))),
      codeOf(() => all(socket.events('run', { after: 'no cursor' }))),
      all(socket.events('run')),
    ]);
    expect([absent, filter, cursor]).toEqual(['RUN_NOT_FOUND', 'BAD_FILTER', 'BAD_CURSOR']);
    expect(brief(good)).toEqual(whole);
    expect(thrownBy(() => socket.events('../a'))).toBe('BAD_ID');
    expect(thrownBy(() => socket.events('a', { credit: 0 }))).toBe('BAD_OPTION');
  });

  it('that are gone say so to whoever resumes', async () => {
    await serve();
    await ended(5);
    const { value } = await connect().events('run')[Symbol.asyncIterator]().next();
    await engine.runs.delete('run');
    const items = await all(connect().events('run', { after: (value as { id: string }).id }));
    expect(brief(items)).toEqual(['reset gone']);
  });

  it('come with a ticket where there are headers, and with a new one after a loss', async () => {
    let asked = 0;
    await serve({
      authorize: ({ header, path }) => {
        if (header('authorization') !== 'Bearer good') return undefined;
        if (path === '/tickets') asked++;
        return { subject: 'ann', tenantId: 'acme', scopes: ['read'] };
      },
    });
    const writer = await engine.open({ id: 'run', tenantId: 'acme' });
    const connection = connect({ headers: { authorization: 'Bearer good' } }).events('run');
    const items = connection[Symbol.asyncIterator]();
    expect(brief([(await items.next()).value!])).toEqual(['1 started']);
    proxy.cutAll();
    await writer.complete();
    expect(brief([(await items.next()).value!])).toEqual(['2 complete']);
    expect((await items.next()).done).toBe(true);
    expect(asked).toBe(2);
    expect(await codeOf(() => all(connect({ headers: { authorization: 'Bearer bad' } }).events('run')))).toBe(
      'UNAUTHENTICATED',
    );
    expect(await codeOf(() => all(connect().events('run')))).toBe('UNAUTHENTICATED');
    expect(await codeOf(() => all(connect({}, '/elsewhere').events('run')))).toBe('NOT_FOUND');
  });

  it('end for an abort, for close, and for what onState throws', async () => {
    await serve();
    await engine.open({ id: 'run' });
    const abort = new AbortController();
    const aborting = connect({ signal: abort.signal }).events('run');
    const aborted = all(aborting);
    const socket = connect();
    const closing = socket.events('run');
    const closed = all(closing);
    await until(() => aborting.cursor !== 'start' && closing.cursor !== 'start');
    abort.abort();
    socket.close();
    expect([brief(await aborted), brief(await closed)]).toEqual([['1 started'], ['1 started']]);
    const thrown = new Error('mine');
    const onState = ({ status }: ConnectionState): void => {
      if (status === 'open') throw thrown;
    };
    await expect(all(connect({ onState }).events('run'))).rejects.toBe(thrown);
    await until(() => server.streams === 0);
  });

  it('give up after so many failures', async () => {
    await serve();
    proxy.target = 1;
    const error = await codeOf(() => all(connect({ maxRetries: 2 }).events('run')));
    expect(error).toBe('CONNECTION_LOST');
  });

  it('find out that a connection only looks open', async () => {
    await serve({ heartbeat: 300 });
    const writer = await engine.open({ id: 'run' });
    proxy.plan = connection =>
      connection === 0 ? { side: 'response', after: 700, how: 'stall' } : undefined;
    const reading = all(connect({ clock: hurriedClock(1) }).events('run'));
    await until(() => server.streams === 1);
    for (let at = 0; at < 20; at++) writer.step('x'.repeat(100));
    await writer.complete();
    expect((await reading).length).toBe(22);
    expect(proxy.connections).toBeGreaterThan(1);
  });
});
