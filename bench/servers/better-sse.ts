import { createServer } from 'node:http';
import { createChannel, createSession } from 'better-sse';
import type { RunEvent } from '../../src/index.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import { listen } from './listen.ts';
import type { SseServer } from './sse-server.ts';

const POOL = 1_024;

/** A channel of better-sse, which is given the event as an object. */
export async function betterSse(): Promise<SseServer> {
  const channel = createChannel();
  const server = createServer((request, response) => {
    void createSession(request, response).then(session => channel.register(session));
  });
  const events = prebuiltTokens(POOL);
  let next = 0;
  const broadcast = (event: RunEvent): void => {
    channel.broadcast(event, event.type, { eventId: event.id });
  };
  return {
    port: await listen(server),
    path: '/',
    emit(count) {
      for (let i = 0; i < count; i++) broadcast(events[next++ % POOL]!);
    },
    say: content => broadcast({ ...events[0]!, data: { content } } as RunEvent),
  };
}
