import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { stormProxy, type StormProxy } from '../support/storm-proxy.ts';
import { HistoryFile } from './history.ts';
import { InstanceProcess } from './instance-process.ts';
import { lastingRedis, type LastingRedis } from './lasting-redis.ts';
import type { Victims } from './nemesis.ts';
import type { Chance } from './seeded-chance.ts';

const NAMES = ['A', 'B'] as const;

/** A Redis, two instances, and proxies on all ways between them and to them. Everything is on loopback. */
export class ChaosStage implements Victims {
  readonly redis: LastingRedis;
  readonly instances: readonly InstanceProcess[];
  readonly toRedis: readonly StormProxy[];
  readonly toInstances: readonly StormProxy[];
  /** What happens outside of the instances. */
  readonly history: HistoryFile;
  /** A client of Redis that nothing stands in the way of. */
  readonly probe: Redis;
  readonly #wires: readonly WriteStream[];
  /** Runs that are being read, and so by the instances that are started again. */
  readonly #watched = new Set<string>();
  readonly #dir: string;

  private constructor(
    parts: Pick<ChaosStage, 'redis' | 'instances' | 'toRedis' | 'toInstances'> & StageRest,
  ) {
    this.redis = parts.redis;
    this.instances = parts.instances;
    this.toRedis = parts.toRedis;
    this.toInstances = parts.toInstances;
    this.#wires = parts.wires;
    this.#dir = parts.dir;
    this.history = new HistoryFile(join(parts.dir, 'history-outside.jsonl'));
    this.probe = new Redis(parts.redis.port, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    this.probe.on('error', () => undefined);
  }

  static async build(dir: string, program: string, seed: number, chance: Chance): Promise<ChaosStage> {
    mkdirSync(join(dir, 'redis'));
    const redis = await lastingRedis(join(dir, 'redis'), await freePort());
    const wires = NAMES.map(name => createWriteStream(join(dir, `wire-${name}.out`)));
    const toRedis: StormProxy[] = [];
    const toInstances: StormProxy[] = [];
    const instances: InstanceProcess[] = [];
    for (const [at, name] of NAMES.entries()) {
      const near = await stormProxy(redis.port, { chance: chance.next });
      const history = join(dir, `history-${name}.jsonl`);
      const config = { redisPort: near.port, prefix: 'chaos', seed, history };
      const instance = new InstanceProcess(program, name, dir, config);
      const onResponse = (bytes: Buffer): void => void wires[at]!.write(bytes);
      const port = await instance.start();
      toInstances.push(await stormProxy(port, { chance: chance.next, onResponse }));
      toRedis.push(near);
      instances.push(instance);
    }
    return new ChaosStage({ redis, instances, toRedis, toInstances, wires, dir });
  }

  /** Addresses of the instances, through their proxies. */
  get servers(): string[] {
    return this.toInstances.map(({ port }) => `http://127.0.0.1:${port}`);
  }

  get histories(): string[] {
    return ['outside', ...NAMES].map(name => join(this.#dir, `history-${name}.jsonl`));
  }

  /** All instances read this run, also those that are started later. */
  watch(run: string): void {
    this.#watched.add(run);
    for (const instance of this.instances) instance.watch(run);
  }

  /** Instances that are started later need not read it. */
  unwatch(run: string): void {
    this.#watched.delete(run);
  }

  readonly restart = async (instance: InstanceProcess, downtime: number): Promise<void> => {
    const at = this.instances.indexOf(instance);
    this.history.note({ kind: 'died', by: instance.by });
    await instance.kill();
    await pause(downtime);
    this.toInstances[at]!.target = await instance.start();
    for (const run of this.#watched) instance.watch(run);
  };

  /** Ends everything that is left, in good order where that is possible. */
  async close(): Promise<void> {
    this.probe.disconnect();
    await Promise.all(this.instances.map(instance => instance.close()));
    await Promise.all([...this.toRedis, ...this.toInstances].map(line => line.close()));
    await this.redis.close();
    for (const stream of [...this.#wires, ...this.instances.map(({ output }) => output)])
      await new Promise<void>(resolve => stream.end(resolve));
  }
}

interface StageRest {
  readonly wires: readonly WriteStream[];
  readonly dir: string;
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
