import type { ServedEngine } from './exchange.ts';
import { feedStream } from './feed-stream.ts';
import { HttpCore } from './http-core.ts';
import type { HandlerOptions } from './options.ts';
import { readBody } from './read-body.ts';
import { closeFeed } from './reply.ts';
import type { HttpRequest } from './request.ts';

/**
 * Serves an engine as a web-standard handler, for Hono, Next.js, Bun, Deno and whatever else speaks `Request` and
 * `Response`. The handler never rejects. A client that goes away frees what it held at once, and never stops a run
 * unless it asked for that. Only requests to this machine's own names are answered unless `allowedHosts` says
 * otherwise. Throws `BAD_OPTION`.
 *
 * ```ts
 * export const { GET, POST, DELETE } = { GET: handler, POST: handler, DELETE: handler };
 * ```
 */
export function createHandler(
  engine: ServedEngine,
  options: HandlerOptions = {},
): (request: Request) => Promise<Response> {
  const core = new HttpCore(engine, options);
  return async request => {
    const received = new WebRequest(request);
    const reply = await core.answer(received);
    const isHead = request.method === 'HEAD';
    if (!('feed' in reply)) return new Response(isHead ? null : reply.body, reply);
    if (isHead) closeFeed(reply);
    return new Response(isHead ? null : feedStream(core, reply, request.signal), reply);
  };
}

class WebRequest implements HttpRequest {
  readonly #request: Request;
  readonly method: string;
  readonly target: string;
  /** Web-standard requests do not say. */
  readonly address = undefined;

  constructor(request: Request) {
    this.#request = request;
    this.method = request.method;
    const { pathname, search } = new URL(request.url);
    this.target = pathname + search;
  }

  header(name: string): string | undefined {
    // A Request that was made by hand has no Host header, but its address tells the same.
    return this.#request.headers.get(name) ?? (name === 'host' ? new URL(this.#request.url).host : undefined);
  }

  body(limit: number): Promise<string> {
    return readBody(chunksOf(this.#request.body), limit);
  }

  chunks(): AsyncIterable<Uint8Array> {
    return chunksOf(this.#request.body);
  }

  onDisconnect(leave: () => void): () => void {
    const { signal } = this.#request;
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    return () => signal.removeEventListener('abort', leave);
  }
}

/** Not every runtime can iterate over a stream. */
async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isDone = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!isDone) void reader.cancel().catch(() => undefined);
  }
}
