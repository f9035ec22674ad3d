import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStores, type Stores } from '../../src/cli/serve-stores.ts';
import { resolveServe } from '../../src/cli/serve-settings.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { redisServer, type RedisServer } from '../support/redis-server.ts';

const here = { cwd: import.meta.dirname, home: import.meta.dirname };

let redis: RedisServer;
beforeAll(async () => void (redis = await redisServer()), 60_000);
afterAll(() => redis.close());

describe('the stores of sluice serve', () => {
  it.each([
    ['redis', 429],
    ['memory', 401],
  ])('count for all servers together in %s: %d', async (store, second) => {
    const engine = createEngine();
    const opened: Stores[] = [];
    const servers: HttpServer[] = [];
    for (let at = 0; at < 2; at++) {
      const settings = resolveServe({ limitsStore: store }, { REDIS_URL: redis.url }, here);
      const stores = await openStores(settings, () => undefined);
      opened.push(stores);
      const limits = { addressFailures: 1, store: stores.limits };
      servers.push(await serveHttp({ engine, port: 0, authorize: () => undefined, limits }));
    }
    const statuses: number[] = [];
    for (const { url } of servers) statuses.push((await fetch(`${url}/runs`)).status);
    expect(statuses).toEqual([401, second]);
    await Promise.all(servers.map(server => server.close()));
    for (const { limits } of opened) await limits?.close();
    await engine.close();
  });
});
