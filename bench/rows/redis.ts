import type { Redis } from 'ioredis';
import { runKey, type Backend, type Batch, type RunKey } from '../../src/backends/backend.ts';
import { redisBackend } from '../../src/backends/redis/index.ts';
import { chainNext, chainStart } from '../../src/event/chain.ts';
import { encodeLine } from '../../src/event/codec.ts';
import { formatCursor } from '../../src/event/cursor.ts';
import { Entry } from '../../src/event/entry.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';

const RUNS = 64;
const EPOCH = 'bench';
/** Events of a run that is read back, and of a page. */
const [STORED, PAGE] = [16_000, 1_000];
const EVENTS = prebuiltTokens(64);
const LINES = EVENTS.map(event => encodeLine(event));
const KEEP = { events: 20_000, bytes: 1_000_000_000 };

/** Events of 64 runs at once, so many of each run at a time. */
export function redisAppendRow(group: number, goal: number): Row {
  return {
    name: `redis-append-${group}`,
    what: `redis backend: an event of one of ${RUNS} runs, ${group} of each at a time, atomic, with chain; CPU of both processes`,
    unit: 'ns',
    goal: { of: 'ratio', atMost: goal },
    against: 'the same events by pipelined XADD of ioredis, one each',
    base: () => withRedis(redis => adding(redis, group)),
    ours: () => withRedis((redis, url) => appending(redis, url, group)),
    others: {},
  };
}

/** A long run read by pages. */
export const redisRead: Row = {
  name: 'redis-read',
  what: `redis backend: an event read back by pages of ${PAGE}, stored in groups of 16; CPU of both processes`,
  unit: 'ns',
  goal: { of: 'ratio', atMost: 1 / 4 },
  against: `XRANGE COUNT ${PAGE} of entries of one event`,
  base: () => withRedis(ranging),
  ours: () => withRedis(reading),
  others: {},
};

async function withRedis(measure: (redis: Redis, url: string) => Promise<number>): Promise<number> {
  // Loaded for these rows alone: ioredis slows down whatever else the process measures.
  const { Redis } = await import('ioredis');
  const { redisServer } = await import('../../spec/support/redis-server.ts');
  const server = await redisServer();
  const redis = new Redis(server.url);
  try {
    return await measure(redis, server.url);
  } finally {
    redis.disconnect();
    await server.close();
  }
}

/** CPU nanoseconds of one event, in this process and in Redis. */
async function bothPerEvent(
  redis: Redis,
  events: number,
  run: (times: number) => Promise<void>,
): Promise<number> {
  let done = 0;
  const before = await serverNanos(redis);
  const ours = await cpuPerOperation(async times => {
    done += times;
    await run(times);
  });
  return (ours + ((await serverNanos(redis)) - before) / done) / events;
}

async function serverNanos(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  const seconds = ['user', 'sys'].map(kind =>
    Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(info)![1]),
  );
  return seconds.reduce((sum, part) => sum + part) * 1e9;
}

async function adding(redis: Redis, group: number): Promise<number> {
  const lines = prebuiltTokens(group).map(event => encodeLine(event));
  return bothPerEvent(redis, RUNS * group, async times => {
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
    Array.from({ length: RUNS }, (_, at) => Writer.create(backend, `run-${at}`)),
  );
  const cost = await bothPerEvent(redis, RUNS * group, async times => {
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
  return bothPerEvent(redis, STORED, async times => {
    for (let i = 0; i < times; i++)
      for (let at = 0; at < STORED; at += PAGE) await redis.xrange('run', `(${at}-0`, '+', 'COUNT', PAGE);
  });
}

async function reading(redis: Redis, url: string): Promise<number> {
  const backend = await redisBackend({ url });
  const writer = await Writer.create(backend, 'run');
  for (let at = 0; at < STORED; at += 16) await writer.append(16);
  const cost = await bothPerEvent(redis, STORED, async times => {
    for (let i = 0; i < times; i++) {
      for (let after = 0; after < STORED; after += PAGE) {
        const page = await backend.log.read(writer.key, { after, limit: PAGE });
        if (page.result !== 'page' || page.entries.length !== PAGE) throw new Error('a page is missing');
      }
    }
  });
  await backend.close();
  return cost;
}

/** Writes one run, chain and cursors included, as an engine does. */
class Writer {
  readonly key: RunKey;
  readonly #backend: Backend;
  #after = 0;
  #hash = chainStart(EPOCH);

  private constructor(backend: Backend, key: RunKey) {
    this.#backend = backend;
    this.key = key;
  }

  static async create(backend: Backend, runId: string): Promise<Writer> {
    const at = new Date().toISOString();
    await backend.directory.create({
      ...{ runId, tenantId: 'bench', epoch: EPOCH, status: 'running', ttl: 3_600_000 },
      ...{ createdAt: at, updatedAt: at, keep: KEEP },
    });
    return new Writer(backend, runKey('bench', runId));
  }

  async append(count: number): Promise<void> {
    const answer = await this.#backend.log.append(this.key, this.#batch(count));
    if (answer.result !== 'ok') throw new Error(`expected ok, got ${answer.result}`);
  }

  // What an event is when it comes to the log: numbered, with its line and its place in the chain.
  #batch(count: number): Batch {
    const after = this.#after;
    const entries: Entry[] = [];
    for (let seq = after + 1; seq <= after + count; seq++) {
      const at = seq % EVENTS.length;
      const line = LINES[at]!;
      this.#hash = chainNext(this.#hash, line);
      const cursor = formatCursor({ epoch: EPOCH, seq, hash: this.#hash });
      entries.push(Entry.ofLine(cursor, seq, line));
    }
    this.#after += count;
    return { id: `${after}`, after, entries };
  }
}
