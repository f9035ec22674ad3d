import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { from, take, toArray, lastValueFrom } from 'rxjs';
import { connectRun, type ConnectOptions } from '../../src/client/connect-run.ts';
import type { ConnectionState } from '../../src/client/options.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { codeOf, thrownBy } from '../support/code-of.ts';
import { faultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { until } from '../support/settle.ts';
import { all, brief, hurriedClock } from './reading.ts';

const EAGER: ConnectOptions = { retryDelay: 0 };
const urlOf = ({ url }: { readonly url: string }, runId = 'run') => `${url}/runs/${runId}/events`;

let engine: Engine;
let server: HttpServer;
let proxy: FaultProxy;

beforeEach(async () => {
  engine = createEngine({ grace: 0 });
  server = await serveHttp({ engine, port: 0, retry: 0 });
  proxy = await faultProxy(server.port);
});
afterEach(async () => {
  await proxy.close();
  await server.close();
  await engine.close();
});

async function ended(count: number, id = 'run'): Promise<string[]> {
  const writer = await engine.open({ id });
  for (let at = 1; at < count; at++) writer.step(`s${at}`);
  await writer.complete('done');
  return brief(await lastValueFrom(engine.events(id).pipe(toArray())));
}

describe('a connection to a run', () => {
  it('gives its events in order and completes', async () => {
    const whole = await ended(5);
    const connection = connectRun(urlOf(proxy));
    expect(brief(await all(connection))).toEqual(whole);
    expect(connection.isEnded).toBe(true);
    expect(await all(connection)).toEqual([]);
  });

  it('can be read by callbacks, which are waited for', async () => {
    const whole = await ended(5);
    const told: string[] = [];
    let isBusy = false;
    await new Promise<void>((complete, error) => {
      connectRun(urlOf(proxy)).subscribe({
        next: async item => {
          expect(isBusy).toBe(false);
          isBusy = true;
          await new Promise(setImmediate);
          isBusy = false;
          told.push(...brief([item]));
        },
        complete,
        error,
      });
    });
    expect(told).toEqual(whole);
  });

  it('hands what a callback throws to error, and hangs up', async () => {
    await ended(5);
    const thrown = new Error('mine');
    const error = await new Promise(resolve => {
      connectRun(urlOf(proxy)).subscribe({
        next: () => {
          throw thrown;
        },
        error: resolve,
      });
    });
    expect(error).toBe(thrown);
    await until(() => server.streams === 0);
  });

  it('is an Observable for RxJS, and is left at once', async () => {
    await engine.open({ id: 'run' });
    const first = await lastValueFrom(from(connectRun(urlOf(proxy))).pipe(take(1), toArray()));
    expect(brief(first)).toEqual(['1 started']);
    await until(() => server.streams === 0);
    const waiting = from(connectRun(urlOf(proxy), { after: 1 })).subscribe();
    await until(() => server.streams === 1);
    waiting.unsubscribe();
    await until(() => server.streams === 0);
  });

  it('hangs up when a loop is left, and goes on from there', async () => {
    const whole = await ended(300);
    const connection = connectRun(urlOf(proxy));
    const given: string[] = [];
    for await (const item of connection) {
      given.push(...brief([item]));
      if (given.length === 7) break;
    }
    expect(connection.cursor).toMatch(/\.7\./);
    await until(() => server.streams === 0);
    given.push(...brief(await all(connection)));
    expect(given).toEqual(whole);
  });

  it('returns while it waits', async () => {
    await engine.open({ id: 'run' });
    const items = connectRun(urlOf(proxy), { after: 1 })[Symbol.asyncIterator]();
    const waiting = items.next();
    await until(() => server.streams === 1);
    await items.return!();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await until(() => server.streams === 0);
  });

  it('has one reader at a time', async () => {
    await engine.open({ id: 'run' });
    const connection = connectRun(urlOf(proxy));
    const first = connection.subscribe(() => undefined);
    expect(thrownBy(() => connection.subscribe(() => undefined))).toBe('BAD_OPTION');
    first.unsubscribe();
    connection.subscribe(() => undefined).unsubscribe();
  });

  it('goes on in another program behind a saved cursor', async () => {
    const whole = await ended(20);
    const first = connectRun(urlOf(proxy));
    for await (const item of first) if ('seq' in item && item.seq === 12) break;
    const second = connectRun(urlOf(proxy), { after: first.cursor });
    expect(brief(await all(second))).toEqual(whole.slice(12));
  });

  it('completes at once behind the end', async () => {
    const whole = await ended(3);
    expect(await all(connectRun(urlOf(proxy), { after: whole.length }))).toEqual([]);
  });

  it('begins with what comes from now on, also if it is cut before anything came', async () => {
    const writer = await engine.open({ id: 'run' });
    writer.step('old');
    const states: string[] = [];
    const connection = connectRun(urlOf(proxy), {
      ...EAGER,
      after: 'now',
      onState: ({ status }) => states.push(status),
    });
    const items = all(connection);
    await until(() => states.includes('open'));
    proxy.target = 1;
    proxy.cutAll();
    await until(() => states.includes('waiting'));
    writer.step('missed');
    await writer.drained();
    proxy.target = server.port;
    await writer.complete();
    expect(brief(await items)).toEqual(['3 step', '4 complete']);
  });

  it('resumes from frames that have only an id', async () => {
    await server.close();
    server = await serveHttp({ engine, port: 0, retry: 0, heartbeat: 10 });
    proxy.target = server.port;
    const writer = await engine.open({ id: 'run' });
    for (let at = 0; at < 20; at++) writer.step('s');
    const connection = connectRun(urlOf(proxy), { filter: ['token', 'progress'] });
    const items = all(connection);
    await until(() => connection.cursor.includes('.21.'), 'the id-only frame');
    await writer.complete();
    expect(brief(await items)).toEqual(['1 started', '22 complete']);
  });

  it('is ended by its signal, without an error, whatever it is doing', async () => {
    await engine.open({ id: 'run' });
    const aborted = new AbortController();
    aborted.abort();
    expect(await all(connectRun(urlOf(proxy), { signal: aborted.signal }))).toEqual([]);
    const reading = new AbortController();
    const connection = connectRun(urlOf(proxy), { signal: reading.signal });
    const read = all(connection);
    await until(() => connection.cursor !== 'start');
    reading.abort();
    expect(brief(await read)).toEqual(['1 started']);
    const waiting = new AbortController();
    const options = { signal: waiting.signal, retryDelay: 3_600_000, maxRetryDelay: 3_600_000 };
    const retried = all(
      connectRun('http://127.0.0.1:1/runs/run/events', {
        ...options,
        onState: ({ status }) => status === 'waiting' && waiting.abort(),
      }),
    );
    expect(await retried).toEqual([]);
  });

  it('stops reading when its consumer is slow', async () => {
    const large = createEngine({ limits: { keptBytes: 100_000_000 } });
    const served = await serveHttp({ engine: large, port: 0 });
    proxy.target = served.port;
    const writer = await large.open({ id: 'run' });
    const piece = 'x'.repeat(100_000);
    for (let at = 0; at < 400; at++) {
      writer.token(piece, { messageId: `${at}` });
      await writer.drained();
    }
    await writer.complete();
    const items = connectRun(urlOf(proxy))[Symbol.asyncIterator]();
    expect(brief([(await items.next()).value as RunEvent])).toEqual(['1 started']);
    // Meanwhile swift ones read all of it, twice.
    for (let read = 0; read < 2; read++) {
      expect(await all(connectRun(`${served.url}/runs/run/events`))).toHaveLength(402);
    }
    // Of 40 MB: what the buffers of two sockets, the proxy and fetch hold.
    expect(proxy.bytes).toBeLessThan(20_000_000);
    let rest = 0;
    while (!(await items.next()).done) rest++;
    expect(rest).toBe(401);
    await served.close();
    await large.close();
  }, 20_000);
});

describe('a connection that is lost', () => {
  const states: ConnectionState[] = [];
  beforeEach(() => void states.splice(0));
  const noted: ConnectOptions = { ...EAGER, onState: state => states.push(state) };

  it('is made again behind the last whole frame', async () => {
    const whole = await ended(50);
    proxy.plan = connection => (connection < 20 ? { side: 'response', after: 1_500, how: 'cut' } : undefined);
    expect(brief(await all(connectRun(urlOf(proxy), noted)))).toEqual(whole);
    expect(proxy.connections).toBeGreaterThan(5);
    expect(states.filter(({ status }) => status === 'waiting').length).toBe(proxy.connections - 1);
    expect(states.at(-1)).toEqual({ status: 'closed' });
  });

  it('is given up on silence, and the server is learned to be silent', async () => {
    await server.close();
    server = await serveHttp({ engine, port: 0, retry: 0, heartbeat: 20 });
    proxy.target = server.port;
    const whole = await ended(50);
    proxy.plan = connection => (connection < 3 ? { side: 'response', after: 900, how: 'stall' } : undefined);
    const items = await all(connectRun(urlOf(proxy), { ...noted, clock: hurriedClock(200) }));
    expect(brief(items)).toEqual(whole);
    const [lost] = states.filter(state => state.status === 'waiting');
    expect(lost?.error.message).toContain('no sign of life for 46 s');
  });

  it('is given up when nobody answers the request', async () => {
    const whole = await ended(5);
    proxy.plan = connection => (connection < 2 ? { side: 'request', after: 10, how: 'stall' } : undefined);
    const items = await all(connectRun(urlOf(proxy), { ...noted, clock: hurriedClock(200) }));
    expect(brief(items)).toEqual(whole);
  });

  it('says gone when the server came back without the run', async () => {
    const writer = await engine.open({ id: 'run' });
    writer.step('one');
    const connection = connectRun(urlOf(proxy), noted);
    const items = all(connection);
    await until(() => connection.cursor.includes('.2.'));
    const empty = createEngine();
    const other = await serveHttp({ engine: empty, port: 0, retry: 0 });
    proxy.target = other.port;
    proxy.cutAll();
    const found = await items;
    expect(brief(found)).toEqual(['1 started', '2 step', 'reset gone']);
    expect(found.at(-1)).toEqual({ notice: 'reset', runId: 'run', reason: 'gone' });
    expect([connection.isEnded, await all(connection)]).toEqual([true, []]);
    await other.close();
    await empty.close();
  });

  it('says reset when the run is another one now, and begins anew', async () => {
    const writer = await engine.open({ id: 'run' });
    writer.step('one');
    const connection = connectRun(urlOf(proxy), noted);
    const items = all(connection);
    await until(() => connection.cursor.includes('.2.'));
    const second = createEngine();
    const fresh = await second.open({ id: 'run' });
    await fresh.complete();
    const other = await serveHttp({ engine: second, port: 0, retry: 0 });
    proxy.target = other.port;
    proxy.cutAll();
    expect(brief(await items)).toEqual(['1 started', '2 step', 'reset epoch', '1 started', '2 complete']);
    await other.close();
    await second.close();
  });

  it('tells what was trimmed meanwhile', async () => {
    const small = createEngine({ limits: { keptEvents: 64 } });
    const served = await serveHttp({ engine: small, port: 0, retry: 0 });
    proxy.target = served.port;
    const writer = await small.open({ id: 'run' });
    for (let at = 0; at < 300; at++) writer.step(`${at}`);
    await writer.complete();
    const items = await all(connectRun(urlOf(proxy), { ...noted, after: 3 }));
    const [gap, ...events] = items;
    expect(gap).toMatchObject({ notice: 'gap', reason: 'trimmed', from: 4 });
    const missed = (gap as { to: number }).to;
    expect(brief(events)[0]).toBe(`${missed + 1} step`);
    expect(brief(events).at(-1)).toBe('302 complete');
    await served.close();
    await small.close();
  });

  it('waits longer from failure to failure, at random, and never longer than it may', async () => {
    const delays: number[] = [];
    await codeOf(() =>
      all(
        connectRun('http://127.0.0.1:1/runs/run/events', {
          ...{ maxRetries: 8, retryDelay: 100, maxRetryDelay: 800, clock: hurriedClock(1_000) },
          onState: state => void (state.status === 'waiting' && delays.push(state.delay)),
        }),
      ),
    );
    expect(delays).toHaveLength(8);
    delays.forEach((delay, at) => expect(delay).toBeLessThanOrEqual(Math.min(100 * 2 ** at, 800)));
    // Without chance there would be four.
    expect(new Set(delays).size).toBeGreaterThan(5);
  });

  it('waits as long as the server asks for, at least', async () => {
    await server.close();
    server = await serveHttp({ engine, port: 0, retry: 5_000 });
    proxy.target = server.port;
    await ended(5);
    proxy.plan = connection => (connection === 0 ? { side: 'response', after: 900, how: 'end' } : undefined);
    await all(connectRun(urlOf(proxy), { ...noted, clock: hurriedClock(20) }));
    const [lost] = states.filter(state => state.status === 'waiting');
    expect(lost!.delay).toBeGreaterThanOrEqual(5_000);
    expect(lost!.delay).toBeLessThanOrEqual(10_000);
  });

  it('comes back when the server does', async () => {
    const writer = await engine.open({ id: 'run' });
    const items = all(connectRun(urlOf(proxy), noted));
    await until(() => states.some(({ status }) => status === 'open'));
    await server.close();
    await until(() => states.filter(({ status }) => status === 'waiting').length > 3);
    await writer.complete();
    server = await serveHttp({ engine, port: 0, retry: 0 });
    proxy.target = server.port;
    expect(brief(await items)).toEqual(['1 started', '2 complete']);
  });
});
