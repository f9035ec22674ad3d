import { createServer } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { encodeMessages } from './socket-messages.ts';
import { listen } from './listen.ts';
import type { SocketServer } from './socket-server.ts';

/** What most people write: `send` of a prebuilt message to every socket of the package `ws`. */
export async function rawWs(): Promise<SocketServer> {
  const server = createServer();
  const sockets = new Set<WebSocket>();
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const messages = encodeMessages();
  let next = 0;
  return {
    port: await listen(server),
    path: '/',
    hello: undefined,
    grant: undefined,
    emit(count) {
      for (let i = 0; i < count; i++) {
        const message = messages[next++ % messages.length]!;
        for (const socket of sockets) socket.send(message, { binary: false });
      }
    },
  };
}
