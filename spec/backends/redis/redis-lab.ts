import { Redis } from 'ioredis';
import type { Backend } from '../../../src/backends/backend.ts';
import { redisBackend } from '../../../src/backends/redis/redis-backend.ts';
import type { RedisBackendOptions } from '../../../src/backends/redis/redis-options.ts';
import type { BackendLab } from '../../../src/testing/backend-laws.ts';
import { randomName } from '../../../src/time/random-name.ts';
import type { RedisCluster } from '../../support/redis-cluster.ts';
import { redisServer, type RedisServer } from '../../support/redis-server.ts';
import type { Clock } from '../../../src/time/clock.ts';
import { ShiftedClock } from './shifted-clock.ts';

/** A Redis, and backends on it that all use one store. */
export interface RedisLab extends BackendLab {
  readonly server: RedisServer;
  readonly prefix: string;
  readonly clock: Clock & { advance(ms: number): Promise<void> };
  /** A client beside the backends, to look and to plant. */
  readonly probe: Redis;
  open(change?: Partial<RedisBackendOptions>): Promise<Backend>;
  close(): Promise<void>;
}

/** On one Redis, or on a cluster. */
export async function redisLab(cluster?: RedisCluster): Promise<RedisLab> {
  const servers = cluster?.servers ?? [await redisServer()];
  const probes = servers.map(({ url }) => new Redis(url, { retryStrategy: () => 20 }));
  for (const probe of probes) probe.on('error', () => undefined);
  const [server, probe] = [servers[0]!, probes[0]!];
  const client = cluster?.client();
  const prefix = `t-${randomName(6)}`;
  const shifted = new ShiftedClock();
  const sweeps = async (): Promise<number> => {
    const infos = await Promise.all(probes.map(node => node.info('commandstats')));
    return infos.reduce(
      (sum, info) => sum + Number(/cmdstat_zrangebyscore:calls=(\d+)/.exec(info)?.[1] ?? 0),
      0,
    );
  };
  const clock = {
    now: () => shifted.now(),
    alarm: shifted.alarm.bind(shifted),
    // What expires does so by the clock of Redis, which goes on by itself: what it noted becomes older instead. Whoever
    // lets so much time pass waits until a sweep saw it from its beginning to its end.
    advance: async (ms: number) => {
      shifted.advance(ms);
      if (ms < 1_000) return;
      await Promise.all(probes.map(node => age(node, prefix, ms)));
      const before = await sweeps();
      for (let asked = 0; asked < 500 && (await sweeps()) < before + 2; asked++) await probe.ping();
    },
  };
  const opened: Backend[] = [];
  return {
    ...{ server, prefix, clock, probe },
    patience: 20_000,
    async open(change) {
      const backend = await redisBackend({
        ...(client ? { client } : { url: server.url }),
        prefix,
        clock,
        sweep: 20,
        poll: 200,
        lease: 60_000,
        ...change,
      });
      opened.push(backend);
      return backend;
    },
    async close() {
      // Those that a failed test left open.
      await Promise.all(opened.map(backend => backend.close()));
      client?.disconnect();
      for (const node of probes) node.disconnect();
      await (cluster ?? server).close();
    },
  };
}

const AGE_HEAD = `if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HINCRBYFLOAT', KEYS[1], 't', ARGV[1])
return redis.call('HEXISTS', KEYS[1], 'u') == 1 and redis.call('HINCRBYFLOAT', KEYS[1], 'u', ARGV[1])`;

/** Lets everything that Redis noted of runs have happened so much earlier. */
async function age(node: Redis, prefix: string, ms: number): Promise<void> {
  const by = Math.round(-ms);
  // A scan may name a key twice.
  const found = new Set<string>();
  for (let cursor = '0'; ;) {
    const [next, keys] = await node.scan(cursor, 'MATCH', `${prefix}:*`, 'COUNT', 1_000);
    for (const key of keys) found.add(key);
    if (next === '0') break;
    cursor = next;
  }
  const ofKind = (...kinds: string[]): string[] =>
    [...found].filter(key => kinds.includes(key.split(':')[1]!));
  for (const key of ofKind('m', 'key')) await node.eval(AGE_HEAD, 1, key, String(by));
  // At last: a visit that is due sees a run that is as old as it is to be.
  for (const key of ofKind('due')) {
    for (const member of await node.zrange(key, 0, '-1')) await node.zincrby(key, by, member);
  }
}
