import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient, type Client } from '../../src/client/create-client.ts';
import { produceRun } from '../../src/client/produce-run.ts';
import type { ConnectionState } from '../../src/client/options.ts';
import type { ProducerOptions } from '../../src/client/producer-options.ts';
import type { RunProducer } from '../../src/client/run-producer.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { codeOf } from '../support/code-of.ts';
import { faultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { until } from '../support/settle.ts';
import { hurriedClock } from './reading.ts';

let engine: Engine;
let server: HttpServer;
let proxy: FaultProxy;
let client: Client;
let stop: AbortController;

beforeEach(async () => {
  engine = createEngine({ grace: 0 });
  server = await serveHttp({ engine, port: 0 });
  proxy = await faultProxy(server.port);
  client = createClient(proxy.url);
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await proxy.close();
  await server.close();
  await engine.close();
});

const step = (name: string) => ({ type: 'step', data: { name } });

async function produced(options: ProducerOptions = {}, id = 'run'): Promise<RunProducer> {
  await client.open({ id });
  return produceRun(client.eventsUrl(id), { retryDelay: 0, signal: stop.signal, ...options });
}

async function stored(id = 'run'): Promise<string[]> {
  const { items } = await engine.events.search(id, { limit: 10_000 });
  return items.flatMap(item => ('type' in item ? [item.type === 'step' ? item.data.name : item.type] : []));
}

describe('a producer', () => {
  it('writes a run from its first event to its end', async () => {
    const producer = await produced();
    const names = Array.from({ length: 1_000 }, (_, at) => `s${at}`);
    for (const name of names) void producer.emit(step(name));
    expect(producer.waiting).toBe(1_000);
    await producer.complete({ output: 42 });
    expect(producer.waiting).toBe(0);
    expect(await stored()).toEqual(['started', ...names, 'complete']);
    expect(await client.get('run')).toMatchObject({ status: 'completed', output: 42 });
    expect(producer.signal.aborted).toBe(false);
    expect(await codeOf(() => producer.emit(step('late')))).toBe('RUN_ENDED');
  });

  it.each([
    ['fail', (producer: RunProducer) => producer.fail({ message: 'no' }), 'failed'],
    ['cancelled', (producer: RunProducer) => producer.cancelled(), 'cancelled'],
    ['emit', (producer: RunProducer) => producer.emit({ type: 'complete' }), 'completed'],
  ] as const)('ends it by %s', async (_, end, status) => {
    const producer = await produced();
    await end(producer);
    await producer.drained();
    expect(await client.get('run')).toMatchObject({ status });
    await producer.close();
  });

  it('takes an event as it is when it is said', async () => {
    const producer = await produced();
    const event = step('before');
    void producer.emit(event);
    event.data.name = 'after';
    await producer.drained();
    expect(await stored()).toEqual(['started', 'before']);
  });

  it('leaves the run open when it is closed', async () => {
    const producer = await produced();
    void producer.emit(step('one'));
    await producer.close();
    expect(await stored()).toEqual(['started', 'one']);
    expect(await codeOf(() => producer.emit(step('late')))).toBe('BAD_OPTION');
    const next = produceRun(client.eventsUrl('run'));
    await next.complete();
    expect(await stored()).toEqual(['started', 'one', 'complete']);
  });

  it('makes its caller wait when the server does not answer', async () => {
    const producer = await produced({ capacity: { events: 3 } });
    proxy.target = 1;
    proxy.cutAll();
    await producer.emit(step('1'));
    await producer.emit(step('2'));
    let hasRoom = false;
    const waiting = producer.emit(step('3')).then(() => (hasRoom = true));
    const patient = producer.drained();
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect([hasRoom, producer.waiting]).toEqual([false, 3]);
    proxy.target = server.port;
    await Promise.all([waiting, patient]);
    expect(await stored()).toEqual(['started', '1', '2', '3']);
  });

  it('counts bytes as well as events', async () => {
    const producer = await produced({ capacity: { bytes: 1_024 } });
    await producer.emit(step('ä'.repeat(300)));
    expect(producer.waiting).toBe(1);
    await producer.emit(step('ä'.repeat(300)));
    expect(producer.waiting).toBe(0);
  });

  it('gives signs of life while nothing is said, and so hears a cancel', async () => {
    await engine.close();
    engine = createEngine({ grace: 60_000 });
    const patient = await serveHttp({ engine, port: 0 });
    proxy.target = patient.port;
    const { runId } = await client.open({ id: 'run' });
    const producer = produceRun(client.eventsUrl(runId), { signOfLife: 20, signal: stop.signal });
    expect((await engine.runs.get(runId)).status).toBe('running');
    await client.cancel(runId, { reason: 'enough' });
    await until(() => producer.signal.aborted);
    expect(producer.signal.reason).toMatchObject({ code: 'RUN_CANCELLED', runId });
    expect(producer.cancelRequested).toBe(true);
    void producer.emit(step('cleaning'));
    await producer.complete();
    expect(await stored()).toEqual(['started', 'cleaning', 'cancelled']);
    await patient.close();
  });

  it('notices while nothing is said that the run has ended', async () => {
    const producer = await produced({ signOfLife: 20 });
    await engine.append('run', [{ type: 'complete' }]);
    await until(() => producer.signal.aborted);
    expect(producer.signal.reason).toMatchObject({ code: 'RUN_ENDED' });
    expect(await codeOf(() => producer.emit(step('late')))).toBe('RUN_ENDED');
  });

  it('stores what stands before an event that the server refuses, and fails with that', async () => {
    const producer = await produced();
    void producer.emit(step('a'));
    void producer.emit(step('b'));
    void producer.emit({ type: 'token', data: { content: 7 } });
    void producer.emit(step('behind'));
    expect(await codeOf(() => producer.drained())).toBe('BAD_EVENT');
    expect(await stored()).toEqual(['started', 'a', 'b']);
    expect(producer.signal.reason).toMatchObject({ code: 'BAD_EVENT' });
    expect(await codeOf(() => producer.complete())).toBe('BAD_EVENT');
  });

  it('does the same with what is no JSON', async () => {
    const producer = await produced();
    void producer.emit(step('a'));
    expect(await codeOf(() => producer.emit({ type: 'step', data: { name: 1n as never } }))).toBe(
      'BAD_EVENT',
    );
    expect(await stored()).toEqual(['started', 'a']);
  });

  it('sends less at once to a server that takes less', async () => {
    const small = await serveHttp({ engine, port: 0, bodyLimit: 2_048 });
    await client.open({ id: 'run' });
    const producer = produceRun(createClient(small.url).eventsUrl('run'), { retryDelay: 0 });
    const names = Array.from({ length: 300 }, (_, at) => `s${at}`);
    for (const name of names) void producer.emit(step(name));
    await producer.complete();
    expect(await stored()).toEqual(['started', ...names, 'complete']);
    await small.close();
  });

  it('fails when the server comes back without the run', async () => {
    const producer = await produced();
    await producer.emit(step('a'));
    await producer.drained();
    const other = createEngine();
    const empty = await serveHttp({ engine: other, port: 0 });
    proxy.target = empty.port;
    proxy.cutAll();
    void producer.emit(step('b'));
    expect(await codeOf(() => producer.drained())).toBe('RUN_NOT_FOUND');
    expect(producer.signal.reason).toMatchObject({ code: 'RUN_NOT_FOUND' });
    await empty.close();
    await other.close();
  });

  it('drops what waits when it is told to give up', async () => {
    const producer = await produced();
    proxy.target = 1;
    proxy.cutAll();
    void producer.emit(step('a'));
    const waiting = producer.drained();
    const reason = new Error('mine');
    stop.abort(reason);
    expect(await codeOf(() => waiting)).toBe(reason);
    expect(producer.signal.reason).toBe(reason);
    expect(
      await codeOf(() => produceRun(client.eventsUrl('run'), { signal: stop.signal }).emit(step('b'))),
    ).toBe(reason);
  });

  it('tells how the connection is doing, and gives up after maxRetries', async () => {
    const states: ConnectionState[] = [];
    const producer = await produced({ maxRetries: 2, onState: state => void states.push(state) });
    await producer.emit(step('a'));
    await producer.drained();
    proxy.target = 1;
    proxy.cutAll();
    void producer.emit(step('b'));
    expect(await codeOf(() => producer.drained())).toBe('CONNECTION_LOST');
    const tried = ['waiting', 'connecting'];
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'open', ...tried, ...tried, 'closed']);
  });

  it('gives up a request that is never answered, and sends it again', async () => {
    const producer = await produced({ clock: hurriedClock(200), signOfLife: 3_600_000 });
    const first = proxy.connections;
    proxy.cutAll();
    proxy.plan = connection =>
      connection === first ? { side: 'response', after: 0, how: 'stall' } : undefined;
    void producer.emit(step('a'));
    await producer.complete();
    expect(await stored()).toEqual(['started', 'a', 'complete']);
  });

  it('finds its run in the address, and says so', () => {
    const runIdOf = (url: string | URL) => produceRun(url, { signal: AbortSignal.abort() }).runId;
    expect(runIdOf(client.eventsUrl('a/b c'))).toBe('a/b c');
    expect(runIdOf(`${proxy.url}/api/runs/a%zz/events?x=1`)).toBe('a%zz');
    expect(() => produceRun('/runs/run/events')).toThrow(/^url: expected an address/);
  });

  it('takes thirty thousand events without being awaited', async () => {
    const producer = await produced({ batch: { events: 1_000 } });
    for (let at = 0; at < 30_000; at++) void producer.emit(step('s'));
    expect(producer.waiting).toBe(30_000);
    await producer.complete();
    const { items } = await engine.events.search('run', { after: 30_000 });
    expect(items.map(item => ('seq' in item ? item.seq : 0))).toEqual([30_001, 30_002]);
  }, 60_000);

  it.each([
    [{ signOfLife: 5 }, 'signOfLife: expected 10 to 3600000 ms, got 5.'],
    [{ batch: { events: 1_001 } }, 'batch.events: expected 1 to 1000 events, got 1001.'],
    [{ capacity: { bytes: 1 } }, 'capacity.bytes: expected 1024 to 1073741824 bytes, got 1.'],
    [{ maxRetries: Number.NaN }, 'maxRetries: expected 0 to Infinity retries, got NaN.'],
  ])('refuses %j', (options, message) => {
    expect(() => produceRun(client.eventsUrl('run'), options)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message }),
    );
  });
});
