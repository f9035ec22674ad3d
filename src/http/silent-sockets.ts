import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections of a server on which nothing was asked yet. Browsers open such ahead of need, and Node counts them
 * as busy, so a server that closes would wait for them until its patience ends.
 */
export class SilentSockets {
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', socket => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', ({ socket }) => this.#sockets.delete(socket));
  }

  /** Ends those on which not a byte has come. */
  close(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
  }
}
