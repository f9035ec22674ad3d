import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ServedEngine } from './exchange.ts';
import { HttpCore } from './http-core.ts';
import { NodeServing } from './node-serving.ts';
import type { HandlerOptions } from './options.ts';

/** What {@link createNodeListener} makes. */
export interface NodeListener {
  (request: IncomingMessage, response: ServerResponse): void;
  /**
   * Opens WebSockets, `server.on('upgrade', listener.upgrade)`, and refuses what may not: where several share a server,
   * pass it the requests for its own address alone.
   */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Ends its streams and WebSockets, whose clients come back; the server goes on. */
  readonly close: () => void;
}

/**
 * Serves an engine as a listener for `http.createServer`, Express and Connect. Like {@link createHandler}, and
 * cheaper: over HTTP/1.1 the same bytes go straight to every socket. A server that producers append to line by line
 * for longer than five minutes needs `requestTimeout: 0`. Throws `BAD_OPTION`.
 */
export function createNodeListener(engine: ServedEngine, options: HandlerOptions = {}): NodeListener {
  const serving = new NodeServing(new HttpCore(engine, options));
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    serving.serve(request, response);
  return Object.assign(listener, {
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      serving.upgrade({ request, socket, head }),
    close: () => serving.close(),
  });
}
