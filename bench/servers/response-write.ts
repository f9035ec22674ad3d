import { createServer, type ServerResponse } from 'node:http';
import { listen } from './listen.ts';
import { frameOf, HELLO, prebuiltFrames } from './prebuilt-frames.ts';
import type { SseServer } from './sse-server.ts';

/** What most people write: `response.write` of each frame, to each response. */
export async function responseWrite(): Promise<SseServer> {
  const responses = new Set<ServerResponse>();
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write(HELLO);
    response.on('close', () => responses.delete(response));
    responses.add(response);
  });
  const frames = prebuiltFrames(1);
  let next = 0;
  const write = (bytes: Buffer): void => {
    for (const response of responses) response.write(bytes);
  };
  return {
    port: await listen(server),
    path: '/',
    emit(count) {
      for (let i = 0; i < count; i++) write(frames[next++ % frames.length]!);
    },
    say: text => write(frameOf(text)),
  };
}
