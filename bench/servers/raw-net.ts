import { createServer, type Socket } from 'node:net';
import { listen } from './listen.ts';
import { frameOf, HELLO, prebuiltFrames } from './prebuilt-frames.ts';
import type { SseServer } from './sse-server.ts';

/** The least that Node can do: one prebuilt buffer a burst, written to every socket. */
export async function rawNet(): Promise<SseServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, socket => {
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', () => {
      sockets.add(socket);
      socket.write(HELLO);
    });
    socket.resume();
  });
  const bursts = new Map<number, readonly Buffer[]>();
  let next = 0;
  const write = (bytes: Buffer): void => {
    for (const socket of sockets) socket.write(bytes);
  };
  return {
    port: await listen(server),
    path: '/',
    emit(count) {
      let buffers = bursts.get(count);
      if (!buffers) bursts.set(count, (buffers = prebuiltFrames(count)));
      write(buffers[next++ % buffers.length]!);
    },
    say: text => write(frameOf(text)),
  };
}
