import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { produceRun } from '../../src/client/produce-run.ts';
import type { ConnectionState } from '../../src/client/options.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createNodeListener } from '../../src/http/create-node-listener.ts';
import { codeOf } from '../support/code-of.ts';
import { faultProxy, type Fault, type FaultProxy } from '../support/fault-proxy.ts';
import { hurriedClock } from './reading.ts';
import { refusing, scriptedServer, type Act, type ScriptedServer } from './scripted-server.ts';

const CASES = process.env.SLUICE_LONG === undefined ? 80 : 5_000;
const step = (name: string) => ({ type: 'step', data: { name } });

describe('whatever goes wrong on the way, each event is stored once and in order', () => {
  let engine: Engine;
  let server: Server;
  let proxy: FaultProxy;

  beforeAll(async () => {
    engine = createEngine({ grace: 0 });
    const answer = createNodeListener(engine);
    server = createServer((request, response) => {
      // Faults belong to connections, so that none may be used again.
      response.shouldKeepAlive = false;
      answer(request, response);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    proxy = await faultProxy((server.address() as AddressInfo).port);
  });
  afterAll(async () => {
    await proxy.close();
    server.close();
    await engine.close();
  });

  const fault = fc.record<Fault>({
    side: fc.constantFrom('response', 'request'),
    after: fc.nat({ max: 700 }),
    how: fc.constantFrom('cut', 'cut', 'cut', 'end', 'end', 'delay', 'stall'),
  });

  it(`when connection after connection fails (${CASES} cases)`, async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 8 }),
        fc.array(fc.nat({ max: 2 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 10 }),
        async (faults, turns, events) => {
          const id = `run-${count++}`;
          await engine.open({ id });
          const first = proxy.connections;
          proxy.plan = connection => faults[connection - first];
          const producer = produceRun(`${proxy.url}/runs/${id}/events`, {
            retryDelay: 0,
            clock: hurriedClock(200),
            batch: { events },
          });
          for (const [at, wait] of turns.entries()) {
            void producer.emit(step(`${at}`));
            for (let turn = 0; turn < wait; turn++) await new Promise(setImmediate);
          }
          await producer.complete();
          const { items } = await engine.events.search(id, { limit: 1_000 });
          const found = items.flatMap(item =>
            'type' in item && item.type === 'step' ? [item.data.name] : [],
          );
          expect(found).toEqual(turns.map((_, at) => `${at}`));
          expect(items.at(-1)).toMatchObject({ type: 'complete', seq: turns.length + 2 });
        },
      ),
      { numRuns: CASES },
    );
  }, 120_000);
});

describe('what the server answers', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());

  const answering =
    (answer: object): Act =>
    response =>
      void response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  const done = answering({ accepted: 1, cursor: 'e.2.0', cancelRequested: false });

  async function told(act: Act): Promise<{ code: unknown; states: ConnectionState[] }> {
    server = await scriptedServer(act, done);
    const states: ConnectionState[] = [];
    const producer = produceRun(server.url, {
      retryDelay: 0,
      clock: hurriedClock(20),
      signOfLife: 3_600_000,
      onState: state => void states.push(state),
    });
    void producer.emit(step('a'));
    const code = await codeOf(() => producer.drained());
    void producer.close();
    return { code, states };
  }

  it.each([
    [500, undefined],
    [502, undefined],
    [503, 'STORAGE_LOST'],
    [408, undefined],
    [429, 'MAILBOX_FULL'],
  ])('%d %s is sent again', async (status, code) => {
    expect((await told(refusing(status, code))).code).toBe('nothing thrown');
    expect(server.requests).toHaveLength(2);
  });

  it('is waited for as long as it asks', async () => {
    const { states } = await told(refusing(429, 'MAILBOX_FULL', { 'retry-after': '3' }));
    expect(states[1]).toMatchObject({ status: 'waiting', delay: 3_000 });
  });

  it.each([
    [400, 'BAD_EVENT'],
    [401, 'FORBIDDEN_ORIGIN'],
    [403, 'FORBIDDEN_ORIGIN'],
    [404, 'RUN_NOT_FOUND'],
    [409, 'RUN_HAS_AGENT'],
    [413, 'EVENT_TOO_LARGE'],
    [422, 'IDEMPOTENCY_CONFLICT'],
  ])('%d %s fails the producer', async (status, code) => {
    expect((await told(refusing(status, code))).code).toBe(code);
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, Act]>([
    ['a page', response => void response.end('<!doctype html>')],
    ['too many', answering({ accepted: 2 })],
    ['nothing', answering({})],
    ['null', response => void response.end('null')],
  ])('%s is no answer: at first it fails the producer, later it is sent again', async (_, act) => {
    expect((await told(act)).code).toBe('BAD_RESPONSE');
    await server.close();
    server = await scriptedServer(done, act, done);
    const producer = produceRun(server.url, { retryDelay: 0 });
    void producer.emit(step('a'));
    await producer.drained();
    void producer.emit(step('b'));
    await producer.close();
    expect(server.requests).toHaveLength(3);
  });

  it('may be that it took fewer: the rest goes in front of what follows', async () => {
    const bodies: string[] = [];
    const read =
      (accepted: number): Act =>
      (response, request) => {
        let body = '';
        request.on('data', chunk => (body += String(chunk)));
        request.on('end', () => {
          const { events } = JSON.parse(body) as { events: { data: { name: string } }[] };
          bodies.push(events.map(({ data }) => data.name).join());
          response.end(JSON.stringify({ accepted, cancelRequested: false }));
        });
      };
    server = await scriptedServer(read(1), read(0), read(3));
    const producer = produceRun(server.url, {
      clock: hurriedClock(100),
      batch: { events: 2 },
    });
    for (const name of ['a', 'b', 'c', 'd']) void producer.emit(step(name));
    await producer.close();
    expect(bodies).toEqual(['a,b', 'b,c,d', 'b,c,d']);
  });
});
