import { deliver } from '../deliver.ts';
import { residentBytes } from '../measure-memory.ts';
import { openViewers, type Viewers } from '../open-viewers.ts';
import type { Case, Row } from '../row.ts';
import { rawFrames } from '../servers/raw-frames.ts';
import { rawWs } from '../servers/raw-ws.ts';
import { sluiceWs } from '../servers/sluice-ws.ts';
import type { ServeSockets, SocketServer } from '../servers/socket-server.ts';
import type { SocketAsked } from '../socket-viewers-protocol.ts';

/** What the server spends for one event at one of so many sockets. */
export function wsRow(sockets: number, burst: number): Row {
  const isBurst = burst > 1;
  const delivering =
    (serve: ServeSockets): Case =>
    async () =>
      deliver(await opened(serve, sockets), { connections: sockets, burst });
  return {
    name: isBurst ? `ws-${sockets}-bursts` : `ws-${sockets}`,
    what: `WebSocket to ${sockets.toLocaleString('en')} sockets with credit, ${isBurst ? `bursts of ${burst} events` : 'one event'} a tick; a delivery`,
    unit: 'ns',
    goal: { of: 'ratio', atMost: 1.15 },
    against: '`send` of a prebuilt message by ws, no credit',
    base: delivering(rawWs),
    ours: delivering(sluiceWs),
    others: { 'socket.write of prebuilt frames, one buffer a burst': delivering(rawFrames) },
  };
}

/** What a quiet socket holds. */
export function wsMemoryRow(sockets: number): Row {
  const holding =
    (serve: ServeSockets): Case =>
    () =>
      hold(serve, sockets);
  return {
    name: 'ws-memory',
    what: `resident memory of one of ${sockets.toLocaleString('en')} WebSockets with a subscription`,
    unit: 'B',
    goal: { of: 'value', atMost: 25 * 1_024 },
    against: 'a socket of ws',
    base: holding(rawWs),
    ours: holding(sluiceWs),
    others: { 'a socket of node:net': holding(rawFrames) },
  };
}

async function hold(serve: ServeSockets, sockets: number): Promise<number> {
  // The first ones bring code and tables with them.
  const { server, viewers } = await opened(serve, sockets);
  const before = await residentBytes();
  await viewers.ask(openingOf(server, sockets));
  await new Promise(resolve => setTimeout(resolve, 200));
  return ((await residentBytes()) - before) / sockets;
}

async function opened(
  serve: ServeSockets,
  sockets: number,
): Promise<{ readonly server: SocketServer; readonly viewers: Viewers<SocketAsked> }> {
  const server = await serve();
  const viewers = openViewers<SocketAsked>('socket-viewers');
  await viewers.ask(openingOf(server, sockets));
  // Subscriptions are opened after that.
  await new Promise(resolve => setTimeout(resolve, 500));
  return { server, viewers };
}

function openingOf({ port, path, hello, grant }: SocketServer, connections: number): SocketAsked {
  return { ask: 'open', port, path, hello, grant, connections };
}
