import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { WebSocket } from 'ws';
import { connectSocket } from '../../../src/client/socket/connect-socket.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { serveHttp, type HttpServer } from '../../../src/http/serve-http.ts';
import { faultProxy, type Fault, type FaultProxy } from '../../support/fault-proxy.ts';
import { all, hurriedClock } from '../reading.ts';

const CASES = 100;
const RUNS = 4;
const EVENTS = 120;

/** A line that fails again and again, and then holds. */
const faults = fc.array(
  fc.record({
    side: fc.constantFrom<Fault['side']>('request', 'response', 'response', 'response'),
    after: fc.integer({ min: 0, max: 40_000 }),
    how: fc.constantFrom<Fault['how']>('cut', 'cut', 'end', 'delay', 'stall'),
  }),
  { maxLength: 8 },
);
const views = fc.array(
  fc.record({
    run: fc.integer({ min: 0, max: RUNS - 1 }),
    after: fc.oneof(fc.constant('start'), fc.integer({ min: 0, max: EVENTS })),
    credit: fc.constantFrom(1, 2, 7, 256, 10_000),
    filter: fc.constantFrom(undefined, 'minimal', 'token', ['step', 'custom:*']),
    isLive: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

describe('runs on a socket that is cut again and again', () => {
  let engine: Engine;
  let server: HttpServer;
  let proxy: FaultProxy;
  beforeAll(async () => {
    engine = createEngine({ grace: 0 });
    server = await serveHttp({ engine, port: 0, retry: 0, heartbeat: 200 });
    proxy = await faultProxy(server.port);
    for (let run = 0; run < RUNS; run++) await writeRun(`ended-${run}`, run);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
    await engine.close();
  });

  async function writeRun(id: string, kind: number, pause = false): Promise<void> {
    const writer = await engine.open({ id });
    for (let at = 2; at < EVENTS; at++) {
      if (at % 3 === kind % 3) writer.step(`s${at}`);
      else writer.token(`${at} ${'ü'.repeat((at * 7 * kind) % 400)}`, { messageId: `${at}` });
      if (pause) await new Promise(resolve => setImmediate(resolve));
    }
    await writer.complete();
  }

  let cases = 0;
  it('are what the log has, each event once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(faults, views, async (plan, wanted) => {
        const name = `live-${cases++}`;
        const first = proxy.connections;
        proxy.plan = connection => plan[connection - first];
        const socket = connectSocket(`${proxy.url}/ws`, {
          ...{ WebSocket, retryDelay: 0, maxRetryDelay: 0 },
          clock: hurriedClock(20),
        });
        const live = writeRun(name, 1, true);
        const read = wanted.map(async ({ run, after: place, credit, filter, isLive }) => {
          // What is yet to come is no place.
          const after = isLive ? 'start' : place;
          const id = isLive ? name : `ended-${run}`;
          const items = await all(socket.events(id, { after, credit, filter }));
          await live;
          const expected = (await engine.events.search(id, { after, filter, limit: 1_000 })).items;
          // A seq that was given does not come again, whatever was lost on the way.
          expect(items as RunEvent[]).toEqual(expected);
        });
        await Promise.all(read);
        await engine.runs.delete(name);
      }),
      { numRuns: CASES },
    );
  }, 240_000);
});
