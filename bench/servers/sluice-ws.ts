import { createServer } from 'node:http';
import { createEngine } from '../../src/index.ts';
import { createNodeListener } from '../../src/http/index.ts';
import { tokenTexts } from '../sizes.ts';
import { listen } from './listen.ts';
import type { SocketServer } from './socket-server.ts';

const POOL = 1_024;
const CREDIT = 256;

/** A run of an engine, subscribed to on WebSockets that give credit as a client does: half of it at a time. */
export async function sluiceWs(): Promise<SocketServer> {
  const engine = createEngine();
  const writer = await engine.open({ idle: Infinity });
  const listener = createNodeListener(engine);
  const texts = tokenTexts(POOL);
  const id = writer.id;
  let next = 0;
  return {
    port: await listen(createServer(listener).on('upgrade', listener.upgrade)),
    path: '/ws',
    hello: JSON.stringify({ type: 'subscribe', runId: id, after: 'now', credit: CREDIT }),
    grant: { every: CREDIT / 2, text: JSON.stringify({ type: 'credit', id, n: CREDIT / 2 }) },
    emit(count) {
      for (let i = 0; i < count; i++) writer.token(texts[next++ % POOL]!);
    },
  };
}
