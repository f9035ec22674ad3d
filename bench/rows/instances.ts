import { createServer, get } from 'node:http';
import type { Redis } from 'ioredis';
import { createEngine } from '../../src/index.ts';
import { createNodeListener } from '../../src/http/index.ts';
import { redisBackend } from '../../src/backends/redis/index.ts';
import { median } from '../measure-cpu.ts';
import { heapNow } from '../measure-memory.ts';
import { withRedis } from '../measure-redis.ts';
import type { Row } from '../row.ts';
import { RunWriter } from '../run-writer.ts';
import { listen } from '../servers/listen.ts';

const [WARM_UP, TOKENS] = [300, 700];
const RUNS = 10_000;
/** Two looks of the poll, two sweeps, three renewals of the lease. */
const OBSERVED = 10_000;

/** From an emit to a client of another instance. */
export const redisHint: Row = {
  name: 'redis-hint',
  needs: ['redis-server'],
  what: 'emit on one instance → SSE client of another one, p50 (wall time)',
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: 'PUBLISH → message of a subscriber, both ioredis',
  base: () => withRedis(publishing),
  ours: () => withRedis((_, url) => emitting(url)),
  others: {},
};

/** What Redis has to do for runs in which nothing happens. */
export const idleWatched: Row = {
  name: 'redis-idle-watched',
  needs: ['redis-server'],
  what: 'Redis commands a second of an instance with 10,000 idle runs watched',
  unit: '/s',
  goal: { of: 'value', atMost: 2_500 },
  against: 'an instance without runs',
  base: () => withRedis((redis, url) => watching(redis, url, 0)),
  ours: () => withRedis((redis, url) => watching(redis, url, RUNS)),
  others: {},
};

export const watchedHeap: Row = {
  name: 'redis-watched-heap',
  needs: ['redis-server'],
  what: 'heap of one of 10,000 idle runs that an instance watches, engine and backend',
  unit: 'B',
  goal: { of: 'value', atMost: 4_096 },
  against: 'one of 10,000 channels that ioredis is subscribed to, with a listener in a Map',
  base: () => withRedis(channelHeap),
  ours: () => withRedis((_, url) => heapOfWatched(url)),
  others: {},
};

export const idleOwned: Row = {
  name: 'redis-idle-owned',
  needs: ['redis-server'],
  what: 'Redis commands a second of an instance that owns 10,000 idle runs',
  unit: '/s',
  goal: { of: 'value', atMost: 100 },
  against: 'an instance without runs',
  base: () => withRedis((redis, url) => owning(redis, url, 0)),
  ours: () => withRedis((redis, url) => owning(redis, url, RUNS)),
  others: {},
};

async function publishing(redis: Redis): Promise<number> {
  const subscriber = redis.duplicate();
  let heard: () => void = () => undefined;
  subscriber.on('message', () => heard());
  await subscriber.subscribe('channel');
  const cost = await p50(
    () => void redis.publish('channel', '1'),
    next => (heard = next),
  );
  subscriber.disconnect();
  return cost;
}

async function emitting(url: string): Promise<number> {
  const one = createEngine({ backend: await redisBackend({ url }) });
  const other = createEngine({ backend: await redisBackend({ url }) });
  const writer = await one.open({ idle: Infinity });
  const server = createServer(createNodeListener(other));
  const port = await listen(server);
  let heard: () => void = () => undefined;
  const cost = await new Promise<number>((resolve, reject) => {
    const request = get({ port, host: '127.0.0.1', path: `/runs/${writer.id}/events` }, response => {
      response.setEncoding('utf8').on('data', (text: string) => text.includes('"token"') && heard());
      p50(
        () => writer.token('word '),
        next => (heard = next),
      ).then(resolve, reject);
    });
    request.on('error', reject);
  });
  server.closeAllConnections();
  server.close();
  return cost;
}

/** Half of the times that `say` is heard sooner. */
async function p50(say: () => void, onHeard: (next: () => void) => void): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < WARM_UP + TOKENS; i++) {
    const start = process.hrtime.bigint();
    await new Promise<void>(resolve => {
      onHeard(resolve);
      say();
    });
    if (i >= WARM_UP) times.push(Number(process.hrtime.bigint() - start));
    await pause(1);
  }
  return median(times);
}

async function watching(redis: Redis, url: string, runs: number): Promise<number> {
  const ids = await idleRuns(url, runs);
  const engine = createEngine({ backend: await redisBackend({ url }) });
  for (const id of ids) engine.events(id, { tenantId: 'bench' }).subscribe({ error: fail });
  return commandsPerSecond(redis);
}

async function owning(redis: Redis, url: string, runs: number): Promise<number> {
  const engine = createEngine({ backend: await redisBackend({ url }) });
  for (let i = 0; i < runs; i += 100)
    await Promise.all(Array.from({ length: 100 }, () => engine.open({ idle: Infinity })));
  return commandsPerSecond(redis);
}

/** Runs with one event that nobody works on. */
async function idleRuns(url: string, runs: number): Promise<readonly string[]> {
  const backend = await redisBackend({ url });
  const ids = Array.from({ length: runs }, (_, at) => `run-${at}`);
  for (let i = 0; i < runs; i += 100) {
    await Promise.all(ids.slice(i, i + 100).map(async id => (await RunWriter.create(backend, id)).append(1)));
  }
  await backend.close();
  return ids;
}

async function commandsPerSecond(redis: Redis): Promise<number> {
  const commands = async (): Promise<number> =>
    Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))![1]);
  // What beginning to watch or to own costs is over.
  await pause(6_000);
  const [before, start] = [await commands(), process.hrtime.bigint()];
  await pause(OBSERVED);
  const [after, end] = [await commands(), process.hrtime.bigint()];
  return ((after - before - 1) * 1e9) / Number(end - start);
}

async function heapOfWatched(url: string): Promise<number> {
  const ids = await idleRuns(url, RUNS);
  const engine = createEngine({ backend: await redisBackend({ url, poll: 500 }) });
  engine.events(ids[0]!, { tenantId: 'bench' }).subscribe({ error: fail });
  await pause(1_000);
  const before = await heapNow();
  for (const id of ids.slice(1)) engine.events(id, { tenantId: 'bench' }).subscribe({ error: fail });
  await pause(3_000);
  return ((await heapNow()) - before) / (RUNS - 1);
}

async function channelHeap(redis: Redis): Promise<number> {
  const subscriber = redis.duplicate();
  const listeners = new Map<string, () => void>();
  await subscriber.subscribe('first');
  const before = await heapNow();
  for (let i = 0; i < RUNS; i += 100) {
    const names = Array.from({ length: 100 }, (_, at) => `sluice:h:bench/run-${i + at}`);
    for (const name of names) listeners.set(name, () => undefined);
    await subscriber.subscribe(...names);
  }
  const heap = ((await heapNow()) - before) / listeners.size;
  subscriber.disconnect();
  return heap;
}

function fail(error: unknown): never {
  throw new Error('a watched run ended', { cause: error });
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
