import type { Redis } from 'ioredis';
import { redisBackend } from '../../src/backends/redis/index.ts';
import { encodeLine } from '../../src/event/codec.ts';
import { bothPerOperation, withRedis } from '../measure-redis.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';
import { KEEP, RunWriter } from '../run-writer.ts';

const RUNS = 64;
/** Events of a run that is read back, and of a page. */
const [STORED, PAGE] = [16_000, 1_000];

/** Events of 64 runs at once, so many of each run at a time. */
export function redisAppendRow(group: number, goal: number): Row {
  return {
    name: `redis-append-${group}`,
    needs: ['redis-server'],
    what: `redis backend: an event of one of ${RUNS} runs, ${group} of each at a time, atomic, with chain; CPU of both processes`,
    unit: 'ns',
    goal: { of: 'ratio', atMost: goal },
    against: 'the same events by pipelined XADD of ioredis, one each',
    base: () => withRedis(redis => adding(redis, group)),
    ours: () => withRedis((redis, url) => appending(redis, url, group)),
    others: {
      'a script of no commands, with the same texts': () =>
        withRedis(redis => calling(redis, group, 'return #ARGV')),
      'a script of one XADD for each run': () => withRedis(redis => calling(redis, group, ADDING)),
      'a script of XADD, HSET and PUBLISH for each run, nothing read or checked': () =>
        withRedis(redis => calling(redis, group, UNCHECKED)),
    },
  };
}

const ADDING = `for i = 1, #KEYS, 2 do redis.call('XADD', KEYS[i], '*', 'd', ARGV[(i + 1) / 2]) end`;
const UNCHECKED = `for i = 1, #KEYS, 2 do
  redis.call('XADD', KEYS[i], '*', 'd', ARGV[(i + 1) / 2])
  redis.call('HSET', KEYS[i + 1], 's', i, 'h', 'AAAAAAAA', 'y', i, 't', i)
  redis.call('PUBLISH', KEYS[i], i)
end`;

/** What calling a script costs: one for all runs, with their lines. */
async function calling(redis: Redis, group: number, lua: string): Promise<number> {
  const hash = String(await redis.script('LOAD', lua));
  const lines = prebuiltTokens(group).map(event => encodeLine(event));
  const keys = Array.from({ length: RUNS }, (_, run) => [`s:${run}`, `r:${run}`]).flat();
  return bothPerOperation(redis, RUNS * group, async times => {
    for (let i = 0; i < times; i++) {
      const texts = Array.from({ length: RUNS }, () => lines.map(line => `AAAAAAAA ${line}\n`).join(''));
      await redis.evalsha(hash, keys.length, ...keys, ...texts);
      if (i % 256 === 0)
        for (const key of keys) if (key.startsWith('s')) void redis.xtrim(key, 'MAXLEN', KEEP.events);
    }
  });
}

/** A long run read by pages. */
export const redisRead: Row = {
  name: 'redis-read',
  needs: ['redis-server'],
  what: `redis backend: an event read back by pages of ${PAGE}, stored in groups of 16; CPU of both processes`,
  unit: 'ns',
  goal: { of: 'ratio', atMost: 1 / 4 },
  against: `XRANGE COUNT ${PAGE} of entries of one event`,
  base: () => withRedis(ranging),
  ours: () => withRedis(reading),
  others: {},
};

async function adding(redis: Redis, group: number): Promise<number> {
  const lines = prebuiltTokens(group).map(event => encodeLine(event));
  return bothPerOperation(redis, RUNS * group, async times => {
    for (let i = 0; i < times; i++) {
      const pipeline = redis.pipeline();
      for (let run = 0; run < RUNS; run++)
        for (const line of lines) pipeline.xadd(`run:${run}`, 'MAXLEN', '~', KEEP.events, '*', 'd', line);
      await pipeline.exec();
    }
  });
}

async function appending(redis: Redis, url: string, group: number): Promise<number> {
  const backend = await redisBackend({ url });
  const writers = await Promise.all(
    Array.from({ length: RUNS }, (_, at) => RunWriter.create(backend, `run-${at}`)),
  );
  const cost = await bothPerOperation(redis, RUNS * group, async times => {
    for (let i = 0; i < times; i++) await Promise.all(writers.map(writer => writer.append(group)));
  });
  await backend.close();
  return cost;
}

async function ranging(redis: Redis): Promise<number> {
  for (const [at, line] of prebuiltTokens(STORED)
    .map(event => encodeLine(event))
    .entries()) {
    const added = redis.xadd('run', `${at + 1}-0`, 'd', line);
    if (at % PAGE === PAGE - 1) await added;
  }
  return bothPerOperation(redis, STORED, async times => {
    for (let i = 0; i < times; i++)
      for (let at = 0; at < STORED; at += PAGE) await redis.xrange('run', `(${at}-0`, '+', 'COUNT', PAGE);
  });
}

async function reading(redis: Redis, url: string): Promise<number> {
  const backend = await redisBackend({ url });
  const writer = await RunWriter.create(backend, 'run');
  for (let at = 0; at < STORED; at += 16) await writer.append(16);
  const cost = await bothPerOperation(redis, STORED, async times => {
    for (let i = 0; i < times; i++) {
      // As a reader goes on: from the cursor of the last event it has.
      for (let after = 0, hash: string | undefined; after < STORED; after += PAGE) {
        const page = await backend.log.read(writer.key, { after, hash, limit: PAGE });
        if (page.result !== 'page' || page.entries.length !== PAGE) throw new Error('a page is missing');
        hash = page.entries.at(-1)!.cursor.split('.')[2];
      }
    }
  });
  await backend.close();
  return cost;
}
