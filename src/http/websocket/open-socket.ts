import type { Exchange } from '../exchange.ts';
import type { SocketReply } from '../reply.ts';
import type { SocketDesk } from './socket-desk.ts';

/** A WebSocket that may be opened. */
export interface OpenSocket extends SocketReply {
  readonly exchange: Exchange;
  readonly desk: SocketDesk;
  /** Milliseconds since the epoch: the socket ends then, and its client comes back. */
  readonly until: number | undefined;
  /** When its credential is over. */
  readonly expiresAt: number | undefined;
}
