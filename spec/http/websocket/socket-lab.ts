import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';
import type { ClientOptions } from 'ws';
import type { Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import { createNodeListener } from '../../../src/http/create-node-listener.ts';
import type { HandlerOptions } from '../../../src/http/options.ts';
import { serveHttp } from '../../../src/http/serve-http.ts';
import { servedEngine } from '../served-agents.ts';
import { openSocket, type SocketClient } from './socket-client.ts';

/** A way of serving that can upgrade. */
export interface SocketServer {
  readonly url: string;
  /** Ends streams and sockets as a server does that goes. */
  leave(): Promise<void> | void;
  close(): Promise<void>;
}

/** The ways of serving WebSockets that must not differ. */
export const UPGRADING: Readonly<
  Record<string, (engine: Engine, options?: HandlerOptions) => Promise<SocketServer>>
> = {
  serveHttp: async (engine, options) => {
    const server = await serveHttp({ engine, port: 0, ...options });
    return { url: server.url, leave: () => server.close(), close: () => server.close() };
  },
  createNodeListener: async (engine, options) => {
    const listener = createNodeListener(engine, options);
    const server = createServer(listener).on('upgrade', listener.upgrade);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}`,
      leave: () => listener.close(),
      close: () => {
        listener.close();
        return closed(server);
      },
    };
  },
};

function closed(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Engines, servers and sockets of a spec, gone behind each. */
export interface SocketLab {
  engine: Engine;
  server: SocketServer;
  begin(options?: HandlerOptions & { readonly engine?: EngineOptions }): Promise<string>;
  open(path?: string, options?: ClientOptions): Promise<SocketClient>;
}

/** Serves around every test of the `describe` that calls this. */
export function socketLab(serve: (typeof UPGRADING)[string]): SocketLab {
  const clients: SocketClient[] = [];
  const lab = {
    begin: async ({ engine, ...options } = {}) => {
      lab.engine = servedEngine(engine);
      lab.server = await serve(lab.engine, options);
      return lab.server.url;
    },
    open: async (path = '/ws', options) => {
      const client = await openSocket(lab.server.url + path, options);
      clients.push(client);
      return client;
    },
  } as SocketLab;
  afterEach(async () => {
    for (const { webSocket } of clients.splice(0)) webSocket.terminate();
    await lab.engine.close();
    await lab.server.close();
  });
  return lab;
}
