import { createServer } from 'node:http';
import { createEngine } from '../../src/index.ts';
import { apiKeys, createNodeListener, newApiKey } from '../../src/http/index.ts';
import { tokenTexts } from '../sizes.ts';
import { listen } from './listen.ts';
import type { SseServer } from './sse-server.ts';

const POOL = 1_024;
/** So many that none is refused, and all are counted. */
const limits = {
  tenantConnections: 100_000,
  addressConnections: 100_000,
  tenantRequests: 1_000_000,
  tenantEvents: 1_000_000,
  addressFailures: 100,
};

/** A server that others reach, and what it says of its streams. */
export interface CompleteServer extends SseServer {
  /** Says so many tokens in another run, at which nobody looks. */
  aside(count: number): void;
  /** Streams whose client has not taken all, as its metrics have it. */
  behind(): Promise<number>;
}

/** A run of an engine, watched over HTTP by somebody whose key, limits, metrics, log and audit are looked after. */
export async function sluiceComplete(): Promise<CompleteServer> {
  const engine = createEngine();
  const writer = await engine.open({ idle: Infinity, tenantId: 'acme' });
  const texts = tokenTexts(POOL);
  const { key, hash } = newApiKey();
  let noted = 0;
  const listener = createNodeListener(engine, {
    authorize: apiKeys([{ hash, subject: 'bench', tenantId: 'acme', scopes: ['admin'] }]),
    limits,
    onRequest: () => void noted++,
    audit: () => void noted++,
  });
  const port = await listen(createServer(listener));
  const other = await engine.open({ idle: Infinity, tenantId: 'acme' });
  let next = 0;
  return {
    port,
    path: `/runs/${writer.id}/events`,
    headers: `Authorization: Bearer ${key}\r\n`,
    emit(count) {
      for (let i = 0; i < count; i++) writer.token(texts[next++ % POOL]!);
    },
    aside(count) {
      for (let i = 0; i < count; i++) other.token(texts[next++ % POOL]!);
    },
    say: text => writer.token(text),
    async behind() {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`, {
        headers: { authorization: `Bearer ${key}` },
      });
      return Number(/^sluice_http_streams_behind (\d+)$/m.exec(await answer.text())?.[1]);
    },
  };
}
