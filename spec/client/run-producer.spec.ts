import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient, type Client } from '../../src/client/create-client.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';

let engine: Engine;
let server: HttpServer;
let client: Client;

beforeEach(async () => {
  engine = createEngine({ grace: 0 });
  server = await serveHttp({ engine, port: 0 });
  client = createClient(server.url);
});
afterEach(async () => {
  await server.close();
  await engine.close();
});

describe('a producer', () => {
  it('writes a run from its first event to its end', async () => {
    const { runId } = await client.open({ labels: { from: 'outside' } });
    const producer = client.producer(runId);
    for (let at = 0; at < 1_000; at++) void producer.emit({ type: 'step', data: { name: `s${at}` } });
    expect(producer.waiting).toBe(1_000);
    await producer.complete({ output: 42 });
    expect(producer.waiting).toBe(0);
    const { items } = await engine.events.search(runId, { limit: 10_000 });
    expect(items.map(item => ('seq' in item ? item.seq : 0))).toEqual(
      Array.from({ length: 1_002 }, (_, at) => at + 1),
    );
    expect(await client.get(runId)).toMatchObject({ status: 'completed', output: 42 });
    expect(producer.signal.aborted).toBe(false);
  });
});
