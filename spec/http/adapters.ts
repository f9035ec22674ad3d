import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServedEngine } from '../../src/http/exchange.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import { createNodeListener } from '../../src/http/create-node-listener.ts';
import type { HandlerOptions } from '../../src/http/options.ts';

/** One way of serving an engine, as clients see it. */
export interface Served {
  /** `path` begins with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** The ways of serving that must not differ. */
export const ADAPTERS: Readonly<
  Record<string, (engine: ServedEngine, options?: HandlerOptions) => Promise<Served>>
> = {
  'fetch handler': async (engine, options) => {
    const handler = createHandler(engine, options);
    return {
      fetch: (path, init) => handler(new Request(`http://localhost${path}`, init)),
      close: () => Promise.resolve(),
    };
  },
  'node listener': (engine, options) => serveOnNode(engine, options),
};

/** A node server on a free port. */
export async function serveOnNode(
  engine: ServedEngine,
  options?: HandlerOptions,
): Promise<Served & { readonly port: number }> {
  // Longer than a busy machine may leave a client without its turn: 5 s, as Node has it, are not.
  const server = createServer({ keepAliveTimeout: 75_000 }, createNodeListener(engine, options));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A JSON request. */
export function posted(value: unknown, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}
