import { SluiceError } from '../../errors/sluice-error.ts';
import type { Exchange } from '../exchange.ts';
import type { SocketReply } from '../reply.ts';
import { SUBPROTOCOL } from '../websocket/socket-protocol.ts';

/** A WebSocket on which runs are subscribed to, for a request that can become one. */
export function openSocket({ request }: Exchange): SocketReply {
  if (!request.canUpgrade) {
    throw new SluiceError(
      'UPGRADE_REQUIRED',
      'This address answers WebSockets alone. Send Upgrade: websocket, to a server of serveHttp or to one whose ' +
        '"upgrade" event goes to createNodeListener; or read /events.',
    );
  }
  const offered = (request.header('sec-websocket-protocol') ?? '').split(',').map(text => text.trim());
  if (!offered.includes(SUBPROTOCOL)) {
    throw new SluiceError(
      'BAD_REQUEST',
      `Sec-WebSocket-Protocol: expected ${SUBPROTOCOL}, got ${JSON.stringify(offered.join(', ').slice(0, 100))}.`,
    );
  }
  return { status: 101, headers: {}, isSocket: true };
}
