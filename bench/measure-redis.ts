import type { Redis } from 'ioredis';
import { cpuPerOperation } from './measure-cpu.ts';

/** A Redis for one case, and its address. */
export async function withRedis(measure: (redis: Redis, url: string) => Promise<number>): Promise<number> {
  // Loaded for these rows alone: ioredis slows down whatever else the process measures.
  const { Redis } = await import('ioredis');
  const { redisServer } = await import('../spec/support/redis-server.ts');
  const server = await redisServer();
  const redis = new Redis(server.url);
  try {
    return await measure(redis, server.url);
  } finally {
    redis.disconnect();
    await server.close();
  }
}

/** CPU nanoseconds of one operation, in this process and in Redis; `run` does so many times as many. */
export async function bothPerOperation(
  redis: Redis,
  operations: number,
  run: (times: number) => Promise<void>,
): Promise<number> {
  let done = 0;
  const before = await serverNanos(redis);
  const ours = await cpuPerOperation(async times => {
    done += times;
    await run(times);
  });
  return (ours + ((await serverNanos(redis)) - before) / done) / operations;
}

/** CPU nanoseconds of Redis since it began. */
export async function serverNanos(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  const seconds = ['user', 'sys'].map(kind =>
    Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(info)![1]),
  );
  return seconds.reduce((sum, part) => sum + part) * 1e9;
}
