import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SluiceError } from '../errors/sluice-error.ts';
import { checkNumber } from '../engine/check-number.ts';
import { systemClock } from '../time/clock.ts';
import type { ServedEngine } from './exchange.ts';
import { HttpCore } from './http-core.ts';
import { isLoopback } from './loopback.ts';
import { NodeServing } from './node-serving.ts';
import type { HandlerOptions } from './options.ts';
import { SilentSockets } from './silent-sockets.ts';
import { answerWithoutUpgrade, isWebSocket } from './websocket/other-upgrade.ts';

/** {@link HandlerOptions}, and where to listen. */
export interface ServeHttpOptions extends HandlerOptions {
  readonly engine: ServedEngine;
  /** Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** 0 takes a free one. Default: 4400. */
  readonly port?: number | undefined;
  /**
   * Lets everybody who can reach the address do everything: other addresses than this machine's own are refused
   * without it and without `authorize`. Host names are not checked then, unless `allowedHosts` names them.
   */
  readonly allowUnsafeAddress?: boolean | undefined;
}

/** A server that listens. */
export interface HttpServer {
  /** Such as `http://127.0.0.1:4400`. */
  readonly url: string;
  readonly port: number;
  /** Streams that are open, and subscriptions of WebSockets. */
  readonly streams: number;
  /**
   * Takes no more connections; streams and answers go on until {@link close}. For one of several servers: whoever
   * cannot connect to this one is sent to another.
   */
  drain(): void;
  /**
   * Takes no more connections, ends the streams, waits for answers that are under way, 5 s at the most. Does not
   * close the engine.
   */
  close(): Promise<void>;
}

const CLOSE_TIMEOUT = 5_000;
/**
 * A producer may append in one request for as long as it works, so only the heads of requests are timed. A connection
 * that waits for its next request is kept for longer than proxies keep theirs, 60 s by custom: whoever closes first must
 * be the one who sends, or a request meets a connection that is being closed, and fails.
 */
const TIMEOUTS = { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 75_000 };

/**
 * Serves an engine on a port of its own. Resolves when it listens. Throws `BAD_OPTION`, and `UNSAFE_ADDRESS` for an
 * address that others can reach; rejects with `PORT_IN_USE`.
 */
export function serveHttp(options: ServeHttpOptions): Promise<HttpServer> {
  const { engine, host = '127.0.0.1', port: asked, allowUnsafeAddress = false, ...rest } = options;
  const port = checkNumber('port', asked, 4400, { min: 0, max: 65_535, unit: '(a port)' });
  if (!isLoopback(host) && !allowUnsafeAddress && !rest.authorize) throw unsafeAddress(host);
  const allowedHosts = rest.allowedHosts ?? (isLoopback(host) ? undefined : 'any');
  const serving = new NodeServing(new HttpCore(engine, { ...rest, allowedHosts }));
  const server = createServer(TIMEOUTS, (request, response) => serving.serve(request, response));
  server.on('upgrade', (request, socket, head) => {
    const upgrade = { request, socket, head };
    if (isWebSocket(request)) serving.upgrade(upgrade);
    else answerWithoutUpgrade(server, upgrade);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      serving.close();
      reject(error.code === 'EADDRINUSE' ? portInUse(host, port, error) : error);
    });
    server.listen(port, host, () => resolve(running(server, serving)));
  });
}

function running(server: Server, serving: NodeServing): HttpServer {
  const { address, family, port } = server.address() as AddressInfo;
  const silent = new SilentSockets(server);
  let drained: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  const drain = (): Promise<void> =>
    (drained ??= new Promise(resolve => {
      serving.drain();
      server.close(() => resolve());
      server.closeIdleConnections();
      silent.close();
    }));
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    port,
    get streams() {
      return serving.streams;
    },
    drain: () => void drain(),
    close: () => (closing ??= close(server, serving, drain())),
  };
}

async function close(server: Server, serving: NodeServing, drained: Promise<void>): Promise<void> {
  const cut = (): void => {
    server.closeAllConnections();
    // Node does not count what was upgraded among its connections.
    serving.cut();
  };
  const stop = systemClock.alarm(CLOSE_TIMEOUT, cut, false);
  serving.close();
  server.closeIdleConnections();
  await drained;
  stop();
}

function unsafeAddress(host: string): SluiceError {
  return new SluiceError(
    'UNSAFE_ADDRESS',
    `host ${JSON.stringify(host)}: others can reach it, and everybody who does may start and read all runs. ` +
      'Listen on 127.0.0.1, pass authorize, or allowUnsafeAddress: true if something in front authenticates.',
  );
}

function portInUse(host: string, port: number, cause: Error): SluiceError {
  return new SluiceError(
    'PORT_IN_USE',
    `port ${port} of ${host}: another process listens there. Stop it, or pass another port (0 takes a free one).`,
    { cause },
  );
}
