import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServedEngine } from './exchange.ts';
import { HttpCore } from './http-core.ts';
import { NodeServing } from './node-serving.ts';
import type { HandlerOptions } from './options.ts';

/**
 * Serves an engine as a listener for `http.createServer`, Express and Connect. Like {@link createHandler}, and
 * cheaper: over HTTP/1.1 the same bytes go straight to every socket. A server that producers append to line by line
 * for longer than five minutes needs `requestTimeout: 0`. Throws `BAD_OPTION`.
 */
export function createNodeListener(
  engine: ServedEngine,
  options: HandlerOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const serving = new NodeServing(new HttpCore(engine, options));
  return (request, response) => serving.serve(request, response);
}
