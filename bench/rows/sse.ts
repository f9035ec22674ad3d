import { deliver } from '../deliver.ts';
import { residentBytes } from '../measure-memory.ts';
import { openViewers, type Viewers } from '../open-viewers.ts';
import type { Case, Row } from '../row.ts';
import { betterSse } from '../servers/better-sse.ts';
import { rawNet } from '../servers/raw-net.ts';
import { responseWrite } from '../servers/response-write.ts';
import { sluice } from '../servers/sluice.ts';
import { sluiceComplete } from '../servers/sluice-complete.ts';
import type { Serve, SseServer } from '../servers/sse-server.ts';

/** What the server spends for one event at one of so many connections. */
export function sseRow(connections: number, burst: number): Row {
  const isBurst = burst > 1;
  const delivering =
    (serve: Serve): Case =>
    async () =>
      deliver(await opened(serve, connections), { connections, burst });
  return {
    name: isBurst ? `sse-${connections}-bursts` : `sse-${connections}`,
    what: `SSE to ${connections.toLocaleString('en')} connections, ${isBurst ? `bursts of ${burst} events` : 'one event'} a tick; a delivery`,
    unit: 'ns',
    goal: { of: 'ratio', atMost: 1.15 },
    against: isBurst ? 'socket.write of one prebuilt buffer a burst' : 'socket.write of a prebuilt frame',
    base: delivering(rawNet),
    ours: delivering(sluice),
    others: { 'node:http response.write': delivering(responseWrite), 'better-sse': delivering(betterSse) },
  };
}

/** The same through everything that a handler does for others: credentials, limits, metrics, log and audit. */
export function completeRow(connections: number): Row {
  const delivering =
    (serve: Serve): Case =>
    async () =>
      deliver(await opened(serve, connections), { connections, burst: 1 });
  return {
    ...sseRow(connections, 1),
    name: `complete-${connections}`,
    what: `SSE to ${connections.toLocaleString('en')} connections with keys, limits, metrics, log and audit, one event a tick; a delivery`,
    ours: delivering(sluiceComplete),
    others: { 'without them': delivering(sluice) },
  };
}

/** What a quiet connection holds, with everything that a handler keeps of it. */
export const completeMemory: Row = {
  ...sseMemoryRow(5_000),
  name: 'complete-memory',
  what: 'resident memory of one of 5,000 SSE connections with keys, limits, metrics, log and audit',
  ours: () => hold(sluiceComplete, 5_000),
  others: {},
};

/** What a quiet connection holds. */
export function sseMemoryRow(connections: number): Row {
  const holding =
    (serve: Serve): Case =>
    () =>
      hold(serve, connections);
  return {
    name: 'sse-memory',
    what: `resident memory of one of ${connections.toLocaleString('en')} SSE connections`,
    unit: 'B',
    goal: { of: 'value', atMost: 25 * 1_024 },
    against: 'a socket of node:net',
    base: holding(rawNet),
    ours: holding(sluice),
    others: { 'node:http response.write': holding(responseWrite), 'better-sse': holding(betterSse) },
  };
}

async function hold(serve: Serve, connections: number): Promise<number> {
  // The first ones bring code and tables with them.
  const { server, viewers } = await opened(serve, connections);
  const before = await residentBytes();
  const { port, path, headers } = server;
  await viewers.ask({ ask: 'open', port, path, headers, connections });
  return ((await residentBytes()) - before) / connections;
}

export async function opened(
  serve: Serve,
  connections: number,
): Promise<{ readonly server: SseServer; readonly viewers: Viewers }> {
  const server = await serve();
  const viewers = openViewers();
  const { port, path, headers } = server;
  await viewers.ask({ ask: 'open', port, path, headers, connections });
  // What a server says first comes in more than one piece.
  await new Promise(resolve => setTimeout(resolve, 200));
  return { server, viewers };
}
