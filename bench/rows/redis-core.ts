import type { Redis } from 'ioredis';
import { redisBackend } from '../../src/backends/redis/index.ts';
import { encodeLine } from '../../src/event/codec.ts';
import { serverNanos, withRedis } from '../measure-redis.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';
import { RunWriter } from '../run-writer.ts';

const [RUNS, TURNS, STORED] = [64, 300, 504];

/** What one core of Redis can take: its own CPU time alone. */
export const coreAppend: Row = {
  name: 'redis-core-append',
  needs: ['redis-server'],
  what: `CPU of Redis for an append of 8 events, ${RUNS} runs at a time`,
  unit: 'ns',
  goal: { of: 'value', atMost: 20_000 },
  against: 'pipelined XADD of the 8 lines as one entry',
  base: () => withRedis(addingJoined),
  ours: () => withRedis((redis, url) => appending(redis, url, { group: 8, atOnce: RUNS })),
  others: {
    'of 1 event': () => withRedis((redis, url) => appending(redis, url, { group: 1, atOnce: RUNS })),
    'of 64 events': () => withRedis((redis, url) => appending(redis, url, { group: 64, atOnce: RUNS })),
    'of 1 event, one run at a time': () =>
      withRedis((redis, url) => appending(redis, url, { group: 1, atOnce: 1 })),
  },
};

/** What a watching instance costs Redis with each append: the hint is in the append. */
export const coreRead: Row = {
  name: 'redis-core-read',
  needs: ['redis-server'],
  what: `CPU of Redis for reading the newest 8 events, ${RUNS} runs at a time`,
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: 'pipelined XRANGE of the same entry',
  base: () => withRedis((redis, url) => readingTips(redis, url, true)),
  ours: () => withRedis((redis, url) => readingTips(redis, url, false)),
  others: {},
};

export const coreMemory: Row = {
  name: 'redis-core-memory',
  needs: ['redis-server'],
  what: `memory of Redis for a run of ${STORED} events in groups of 8`,
  unit: 'B',
  goal: { of: 'ratio', atMost: 1.5 },
  against: 'the lines of these events',
  base: () => Promise.resolve(linesOf(STORED).join('').length),
  ours: () => withRedis((redis, url) => memoryOfRun(redis, url, STORED)),
  others: { 'a run of 8 events': () => withRedis((redis, url) => memoryOfRun(redis, url, 8)) },
};

async function addingJoined(redis: Redis): Promise<number> {
  const lines = linesOf(8).join('\n');
  return serverPer(redis, async () => {
    const pipeline = redis.pipeline();
    for (let run = 0; run < RUNS; run++) pipeline.xadd(`run:${run}`, '*', 'd', lines);
    await pipeline.exec();
  });
}

async function appending(
  redis: Redis,
  url: string,
  { group, atOnce }: { readonly group: number; readonly atOnce: number },
): Promise<number> {
  const backend = await redisBackend({ url });
  const writers = await Promise.all(
    Array.from({ length: RUNS }, (_, at) => RunWriter.create(backend, `run-${at}`)),
  );
  const cost = await serverPer(redis, async () => {
    for (let from = 0; from < RUNS; from += atOnce)
      await Promise.all(writers.slice(from, from + atOnce).map(writer => writer.append(group)));
  });
  await backend.close();
  return cost;
}

async function readingTips(redis: Redis, url: string, isRaw: boolean): Promise<number> {
  const backend = await redisBackend({ url });
  const readers: (() => Promise<unknown>)[] = [];
  for (let at = 0; at < RUNS; at++) {
    const writer = await RunWriter.create(backend, `run-${at}`);
    await writer.append(120);
    const hash = writer.hash;
    await writer.append(8);
    readers.push(
      isRaw
        ? () => redis.xrange(`sluice:s:{${writer.key}}`, 121, '+', 'COUNT', 64)
        : async () => backend.log.read(writer.key, { after: 120, hash, limit: 512, bytes: 262_144 }),
    );
  }
  const cost = await serverPer(redis, async () => void (await Promise.all(readers.map(read => read()))));
  await backend.close();
  return cost;
}

async function memoryOfRun(redis: Redis, url: string, events: number): Promise<number> {
  const backend = await redisBackend({ url });
  const used = async (): Promise<number> =>
    Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))![1]);
  const before = await used();
  for (let at = 0; at < RUNS * 4; at++) {
    const writer = await RunWriter.create(backend, `run-${at}`);
    for (let event = 0; event < events; event += 8) await writer.append(8);
  }
  const cost = ((await used()) - before) / (RUNS * 4);
  await backend.close();
  return cost;
}

/** CPU nanoseconds of Redis for one of the `RUNS` operations of a turn, when it has warmed up. */
async function serverPer(redis: Redis, turn: () => Promise<void>): Promise<number> {
  for (let i = 0; i < TURNS / 4; i++) await turn();
  const before = await serverNanos(redis);
  for (let i = 0; i < TURNS; i++) await turn();
  return ((await serverNanos(redis)) - before) / (TURNS * RUNS);
}

function linesOf(events: number): readonly string[] {
  return prebuiltTokens(events).map(event => encodeLine(event));
}
