import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { connectRun, type ConnectOptions } from '../../src/client/connect-run.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createNodeListener } from '../../src/http/create-node-listener.ts';
import { systemClock } from '../../src/time/clock.ts';
import { faultProxy, type Fault, type FaultProxy } from '../support/fault-proxy.ts';
import { all, hurriedClock } from './reading.ts';

/** `SLUICE_LONG=1` fails at every byte, and tries twenty times as many random faults. */
const IS_LONG = process.env.SLUICE_LONG !== undefined;
const CASES = IS_LONG ? 20_000 : 1_000;
const EVENTS = 50;
const PATIENCE = IS_LONG ? 1_200_000 : 60_000;

let engine: Engine;
let server: Server;
let proxy: FaultProxy;
/** What a reader of the ended run `run` is given when nothing goes wrong. */
let whole: unknown[];
/** Bytes of that on a connection. */
let bytes: number;

beforeAll(async () => {
  engine = createEngine({ grace: 0 });
  const answer = createNodeListener(engine, { retry: 0 });
  server = createServer((request, response) => {
    // Faults belong to connections, so that none may be used again.
    response.shouldKeepAlive = false;
    answer(request, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  proxy = await faultProxy((server.address() as AddressInfo).port);
  const writer = await engine.open({ id: 'run' });
  for (let at = 2; at < EVENTS; at++) {
    if (at % 5 === 0) writer.token('täglich 🚀\n\nid: no\n');
    else writer.step(`s${at}`);
    await writer.drained();
  }
  await writer.complete('done');
  whole = await read({ clock: systemClock });
  expect(whole.map(item => (item as { seq: number }).seq)).toEqual(
    Array.from({ length: EVENTS }, (_, at) => at + 1),
  );
  bytes = proxy.bytes;
});
afterAll(async () => {
  await proxy.close();
  server.close();
  await engine.close();
});

/** Reads a run to its end over the proxy. A connection that stalls is silent for a short time only. */
function read(options: ConnectOptions, id = 'run'): Promise<unknown[]> {
  const hurried = { retryDelay: 0, clock: hurriedClock(2_000) };
  return all(connectRun(`${proxy.url}/runs/${id}/events`, { ...hurried, ...options }));
}

/** Fails once, at this byte, and is well from then on. */
function failOnce(fault: Fault): void {
  const first = proxy.connections;
  proxy.plan = connection => (connection === first ? fault : undefined);
}

describe('whatever goes wrong on the way, a reader is given exactly the run', () => {
  it.each([
    ['cut', IS_LONG ? 1 : 5],
    ['end', IS_LONG ? 1 : 17],
  ] as const)(
    'when the connection fails (%s) at every byte of the answer, in steps of %d',
    async (how, step) => {
      const before = proxy.connections;
      for (let after = 0; after <= bytes; after += step) {
        failOnce({ side: 'response', after, how });
        const items = await read({});
        if (items.length !== EVENTS || after % 50 === 0) expect([after, items]).toEqual([after, whole]);
      }
      // Only what is cut behind the end needs no second connection.
      expect(proxy.connections - before).toBeGreaterThan((1.9 * bytes) / step);
    },
    PATIENCE,
  );

  it(
    'when the connection fails at any byte of the request',
    async () => {
      for (const how of ['cut', 'end', 'stall'] as const) {
        for (let after = 0; after < 260; after += how === 'stall' ? 50 : 10) {
          failOnce({ side: 'request', after, how });
          expect(await read({})).toEqual(whole);
        }
      }
    },
    PATIENCE,
  );

  const fault = fc.record<Fault>({
    side: fc.constantFrom('response', 'response', 'response', 'request'),
    after: fc.nat({ max: 12_000 }),
    how: fc.constantFrom('cut', 'cut', 'cut', 'cut', 'end', 'end', 'end', 'delay', 'stall'),
  });

  it(
    `when connection after connection fails, of a run that has ended (${CASES} cases)`,
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fault, { maxLength: 6 }),
          fc.nat({ max: EVENTS }),
          async (faults, after) => {
            const first = proxy.connections;
            proxy.plan = connection => faults[connection - first];
            expect(await read({ after })).toEqual(whole.slice(after));
          },
        ),
        { numRuns: CASES },
      ),
    PATIENCE,
  );

  it(
    `and of a run that goes on meanwhile, also through a filter (${CASES / 5} cases)`,
    async () => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fault, { maxLength: 6 }),
          fc.integer({ min: 0, max: 60 }),
          fc.constantFrom(undefined, 'token', 'custom:*'),
          async (faults, length, filter) => {
            const id = `live-${count++}`;
            const writer = await engine.open({ id });
            const first = proxy.connections;
            proxy.plan = connection => faults[connection - first];
            const reading = read({ filter }, id);
            for (let at = 0; at < length; at++) {
              if (at % 3 === 0) writer.token(`t${at}`, { messageId: `${at}` });
              else writer.step(`s${at}`);
              await new Promise(setImmediate);
            }
            await writer.complete();
            const items = await reading;
            proxy.plan = () => undefined;
            expect(items).toEqual(await read({ filter }, id));
          },
        ),
        { numRuns: CASES / 5 },
      );
    },
    PATIENCE,
  );
});
