import { openViewers } from '../open-viewers.ts';
import type { Case, Row } from '../row.ts';
import { betterSse } from '../servers/better-sse.ts';
import { rawNet } from '../servers/raw-net.ts';
import { responseWrite } from '../servers/response-write.ts';
import { sluice } from '../servers/sluice.ts';
import type { Serve } from '../servers/sse-server.ts';

/** Enough for V8 to compile what is measured, as in a server that has been running. A multiple of 64. */
const WARM_UP = 12_800;
const EVENTS = 1_500;

/** How old an event is when the client's callback has it, half of the times. Wall time, unlike the other rows. */
export const latency: Row = {
  name: 'latency',
  what: 'emit → client callback over SSE, p50, one connection (wall time)',
  unit: 'ns',
  goal: { of: 'ratio', atMost: 1.3 },
  against: 'socket.write of a frame',
  base: arriving(rawNet),
  ours: arriving(sluice),
  others: { 'node:http response.write': arriving(responseWrite), 'better-sse': arriving(betterSse) },
};

function arriving(serve: Serve): Case {
  return async () => {
    const server = await serve();
    const viewers = openViewers();
    await viewers.ask({ ask: 'open', port: server.port, path: server.path, connections: 1 });
    await viewers.ask({ ask: 'reset' });
    for (let i = 1; i <= WARM_UP; i++) {
      server.say('warm');
      await new Promise(resolve => setImmediate(resolve));
      if (i % 64 === 0) await viewers.ask({ ask: 'await', events: i });
    }
    await viewers.ask({ ask: 'reset', latencies: true });
    for (let i = 0; i < EVENTS; i++) {
      server.say(`@${process.hrtime.bigint()}@`);
      await new Promise(resolve => setTimeout(resolve, 1));
    }
    await viewers.ask({ ask: 'await', events: EVENTS });
    return viewers.ask({ ask: 'latency' });
  };
}
