import { createServer } from 'node:http';
import { createEngine } from '../../src/index.ts';
import { createNodeListener } from '../../src/http/index.ts';
import { tokenTexts } from '../sizes.ts';
import { listen } from './listen.ts';
import type { SseServer } from './sse-server.ts';

const POOL = 1_024;

/** A run of an engine, watched over HTTP. */
export async function sluice(): Promise<SseServer> {
  const engine = createEngine();
  const writer = await engine.open({ idle: Infinity });
  const texts = tokenTexts(POOL);
  let next = 0;
  return {
    port: await listen(createServer(createNodeListener(engine))),
    path: `/runs/${writer.id}/events`,
    emit(count) {
      for (let i = 0; i < count; i++) writer.token(texts[next++ % POOL]!);
    },
    say: text => writer.token(text),
  };
}
