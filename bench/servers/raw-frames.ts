import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { encodeMessages } from './socket-messages.ts';
import { listen } from './listen.ts';
import type { SocketServer } from './socket-server.ts';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The least that Node can do: one prebuilt buffer of frames a burst, written to every connection. */
export async function rawFrames(): Promise<SocketServer> {
  const sockets = new Set<Duplex>();
  const server = createServer().on('upgrade', (request, socket) => {
    const key = createHash('sha1')
      .update(request.headers['sec-websocket-key'] + MAGIC)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
    );
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.resume();
    sockets.add(socket);
  });
  const frames = encodeMessages().map(message => {
    const head = Buffer.from([0x81, 126, message.length >> 8, message.length & 255]);
    return Buffer.concat([head, message]);
  });
  const bursts = new Map<number, readonly Buffer[]>();
  let next = 0;
  return {
    port: await listen(server),
    path: '/',
    hello: undefined,
    grant: undefined,
    emit(count) {
      let buffers = bursts.get(count);
      if (!buffers) {
        buffers = Array.from({ length: frames.length / count }, (_, at) =>
          Buffer.concat(frames.slice(at * count, (at + 1) * count)),
        );
        bursts.set(count, buffers);
      }
      const bytes = buffers[next++ % buffers.length]!;
      for (const socket of sockets) socket.write(bytes);
    },
  };
}
