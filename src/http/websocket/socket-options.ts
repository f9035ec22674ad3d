import { checkNumber } from '../../engine/check-number.ts';
import { loadWs } from './load-ws.ts';

/** How WebSockets are served. */
export interface SocketOptions {
  /** Subscriptions of one socket at once, 1 to 1,024. Default: 64. */
  readonly subscriptions?: number | undefined;
  /** Bytes of one message of a client, 256 B to 1 MB. Default: 16 KB. */
  readonly messageBytes?: number | undefined;
  /** Brings the package `ws`, for programs that are bundled with it. Default: `() => import('ws')`. */
  readonly load?: (() => Promise<unknown>) | undefined;
}

/** {@link SocketOptions}, checked, with every default filled in. */
export interface SocketSettings {
  readonly subscriptions: number;
  readonly messageBytes: number;
  readonly load: () => Promise<unknown>;
}

const KB = 1_024;

/** Throws `BAD_OPTION`. */
export function resolveSockets(options: SocketOptions): SocketSettings {
  const { subscriptions, messageBytes, load = loadWs } = options;
  const most = { min: 1, max: 1_024, unit: 'subscriptions' };
  const largest = { min: 256, max: KB * KB, unit: 'bytes' };
  return {
    subscriptions: checkNumber('sockets.subscriptions', subscriptions, 64, most),
    messageBytes: checkNumber('sockets.messageBytes', messageBytes, 16 * KB, largest),
    load,
  };
}
