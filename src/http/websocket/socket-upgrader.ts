import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type * as Ws from 'ws';
import { SUBPROTOCOL } from './socket-protocol.ts';
import type { SocketSettings } from './socket-options.ts';

/** A request that asks for a WebSocket, and the connection that it came on. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What came behind the head of the request. */
  readonly head: Buffer;
}

/** Makes WebSockets of connections. The package is loaded for the first one. */
export class SocketUpgrader {
  readonly #settings: SocketSettings;
  #server: Promise<Ws.WebSocketServer> | undefined;

  constructor(settings: SocketSettings) {
    this.#settings = settings;
  }

  /** Rejects with `MISSING_PEER`. */
  async ready(): Promise<void> {
    await this.#load();
  }

  /** `undefined` where the handshake is not one: the connection is answered then, and ended. */
  async upgrade({ request, socket, head }: UpgradeRequest): Promise<Ws.WebSocket | undefined> {
    const server = await this.#load();
    // A connection that was cut while its credential was looked at tells nobody again.
    if (socket.destroyed) return undefined;
    return new Promise(resolve => {
      const lost = (): void => resolve(undefined);
      socket.once('close', lost);
      server.handleUpgrade(request, socket, head, webSocket => {
        socket.off('close', lost);
        resolve(webSocket);
      });
    });
  }

  #load(): Promise<Ws.WebSocketServer> {
    this.#server ??= this.#make();
    this.#server.catch(() => (this.#server = undefined));
    return this.#server;
  }

  async #make(): Promise<Ws.WebSocketServer> {
    const { load, messageBytes } = this.#settings;
    const { WebSocketServer } = (await load()) as typeof Ws;
    return new WebSocketServer({
      ...{ noServer: true, clientTracking: false, maxPayload: messageBytes },
      // Compression costs 300 KB of memory a socket, and tells lengths of what is secret beside what is not.
      perMessageDeflate: false,
      handleProtocols: () => SUBPROTOCOL,
    });
  }
}
