import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { StormProxy } from '../support/storm-proxy.ts';
import { monotonicTime, type HistoryFile } from './history.ts';
import type { InstanceProcess } from './instance-process.ts';
import type { LastingRedis } from './lasting-redis.ts';
import type { Chance } from './seeded-chance.ts';

/** What chaos can be done to. */
export interface Victims {
  readonly redis: LastingRedis;
  readonly instances: readonly InstanceProcess[];
  /** From each instance to Redis, in their order. */
  readonly toRedis: readonly StormProxy[];
  /** From everybody to each instance. */
  readonly toInstances: readonly StormProxy[];
  /** Notes that the readers in an instance are no more, and starts it again. */
  readonly restart: (instance: InstanceProcess, downtime: number) => Promise<void>;
}

/** Does harm, one thing at a time, each to its end. */
export class Nemesis {
  /** How often each thing was done. */
  readonly counts: Record<string, number> = {};
  readonly #victims: Victims;
  readonly #chance: Chance;
  readonly #history: HistoryFile;
  readonly #faults: readonly (readonly [name: string, weight: number, strike: () => Promise<void>])[];

  constructor(victims: Victims, chance: Chance, history: HistoryFile) {
    this.#victims = victims;
    this.#chance = chance;
    this.#history = history;
    this.#faults = [
      ['kill an instance', 3, () => this.#killInstance()],
      ['stop an instance', 3, () => this.#stopInstance()],
      ['kill Redis', 2, () => this.#killRedis()],
      ['loss of power for Redis', 2, () => this.#losePower()],
      ['stop Redis', 2, () => this.#stopRedis()],
      ['CLIENT KILL', 2, () => this.#ask('CLIENT', 'KILL', 'TYPE', this.#chance.oneOf(['normal', 'pubsub']))],
      ['CLIENT PAUSE', 2, () => this.#ask('CLIENT', 'PAUSE', String(this.#between(100, 1_500)), 'ALL')],
      ['cut', 3, async () => this.#line().cut()],
      ['half-open connections', 2, async () => this.#line().stall()],
      ['refused connections', 2, () => this.#refuse()],
      ['delay', 3, () => this.#weather(line => (line.delay = this.#between(10, 250)))],
      ['lost hints', 3, () => this.#weather(line => (line.dropped = 0.7))],
      ['repeated hints', 1, () => this.#weather(line => (line.repeated = 0.5))],
    ];
  }

  /** Strikes until the signal fires; resolves when all is well again. */
  async rule(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#between(100, 1_500));
      if (!signal.aborted) await this.#strike();
    }
    for (const line of [...this.#victims.toRedis, ...this.#victims.toInstances]) line.clear();
  }

  async #strike(): Promise<void> {
    const sum = this.#faults.reduce((total, [, weight]) => total + weight, 0);
    let luck = this.#chance.next() * sum;
    const [name, , strike] = this.#faults.find(([, weight]) => (luck -= weight) < 0)!;
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    this.#history.note({ kind: 'fault', what: name });
    await strike();
    this.#history.note({ kind: 'fault', what: `${name}: over` });
  }

  #between(least: number, most: number): number {
    return this.#chance.between(least, most);
  }

  #line(): StormProxy {
    const { toRedis, toInstances } = this.#victims;
    return this.#chance.oneOf([...toRedis, ...toRedis, ...toInstances]);
  }

  #killInstance(): Promise<void> {
    const { instances, restart } = this.#victims;
    return restart(this.#chance.oneOf(instances), this.#between(0, 3_000));
  }

  /** Often for longer than its lease: another one takes its runs. */
  async #stopInstance(): Promise<void> {
    const instance = this.#chance.oneOf(this.#victims.instances);
    instance.pause();
    await pause(this.#between(300, 9_000));
    instance.resume();
  }

  async #killRedis(): Promise<void> {
    const { redis } = this.#victims;
    await redis.kill();
    await pause(this.#between(0, 1_500));
    await redis.start();
  }

  async #losePower(): Promise<void> {
    const { redis, toRedis } = this.#victims;
    await redis.kill();
    // What is still under way says of events that they are stored which are not.
    for (const line of toRedis) line.cut();
    const from = redis.loseTail(this.#chance.next());
    await pause(this.#between(0, 1_000));
    await redis.start();
    this.#history.note({
      kind: 'fault',
      what: 'acknowledged events are gone',
      loses: { from, to: monotonicTime() },
    });
  }

  async #stopRedis(): Promise<void> {
    const { pid } = this.#victims.redis;
    process.kill(pid, 'SIGSTOP');
    await pause(this.#between(200, 3_500));
    process.kill(pid, 'SIGCONT');
  }

  async #refuse(): Promise<void> {
    const line = this.#line();
    line.isRefusing = true;
    line.cut();
    await pause(this.#between(200, 4_000));
    line.isRefusing = false;
  }

  async #weather(change: (line: StormProxy) => void): Promise<void> {
    const line = this.#chance.oneOf(this.#victims.toRedis);
    change(line);
    await pause(this.#between(500, 4_000));
    line.clear();
  }

  async #ask(command: string, ...words: string[]): Promise<void> {
    const client = new Redis(this.#victims.redis.port, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.call(command, ...words);
    } finally {
      client.disconnect();
    }
  }
}
