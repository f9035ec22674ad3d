import type { Socket } from 'node:net';
import type { Cluster, Redis } from 'ioredis';
import type { Clock } from '../../time/clock.ts';
import { afterThisCall } from '../../time/after-this-call.ts';
import { Listeners } from '../listeners.ts';
import { closedError, reasonOf, storageLost } from './redis-error.ts';
import type { RedisTrouble } from './redis-options.ts';
import { RedisSubscriber } from './redis-subscriber.ts';
import type { Script } from './scripts/script.ts';

type Client = Redis | Cluster;
type Reply = string | number | null | readonly Reply[];

/** How a link makes its connections. */
export interface LinkHost {
  /** Whose errors these are. */
  readonly subject: string;
  readonly connect: () => Client;
  readonly clock: Clock;
  /** Milliseconds that a call may take. */
  readonly timeout: number;
  readonly onTrouble: (trouble: RedisTrouble) => void;
  /** The channel on which its connection for hints hears itself; needed by whoever listens. */
  readonly echo?: string | undefined;
}

/** What a node of a cluster refuses while a slot moves or its owner is elected; nothing was done. */
const REDIRECTED = /^(ASK|MOVED|TRYAGAIN|CLUSTERDOWN) |^Too many Cluster redirections/;
/** Milliseconds until that is asked again. ioredis itself redirects no pipeline whose answers differ. */
const REDIRECT_WAIT = 50;

/** Milliseconds without a hint after which the connection for hints is asked whether it hears. */
const PROBE_AFTER = 30_000;

/**
 * The connections of one backend: one for commands, and one for hints once somebody watches. Commands sent at once go out
 * in one write. Errors come out as `STORAGE_LOST` without what was sent.
 */
export class RedisLink {
  readonly #host: LinkHost;
  readonly #client: Client;
  readonly #hashes = new Map<Script, string>();
  readonly #subscriber: RedisSubscriber;
  readonly #reconnected = new Listeners();
  // ioredis forgets what was under way when a connection broke, until the next one is made: this is what ends it.
  readonly #underWay = new Set<(error: Error) => void>();
  #closing: Promise<void> | undefined;
  #lastError: unknown;
  /** When the connection for commands was last made, and when last not for the first time. */
  connectedAt = 0;
  reconnectedAt = -Infinity;

  constructor(host: LinkHost) {
    this.#host = host;
    this.#client = host.connect();
    this.#client.on('ready', () => this.#connected());
    this.#tellTrouble(this.#client);
    if ('nodes' in this.#client) this.#watchMasters(this.#client);
    const { clock, timeout, echo = '', onTrouble } = host;
    this.#subscriber = new RedisSubscriber({
      connect: () => {
        const client = host.connect();
        this.#tellTrouble(client);
        return client;
      },
      ...{ clock, echo, probe: PROBE_AFTER, patience: timeout },
      knock: () => this.send('publish', echo, ''),
      onDeaf: () =>
        onTrouble({
          trouble: 'connection',
          message: 'redis backend: the connection for hints brings nothing any more. It is made anew.',
        }),
    });
  }

  /** A script may touch what is in one slot alone, which ioredis checks before it sends anything. */
  get isCluster(): boolean {
    return 'nodes' in this.#client;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  async open(): Promise<void> {
    try {
      await this.#client.connect();
    } catch (error) {
      this.#client.disconnect();
      // ioredis itself only says that the connection is closed.
      throw storageLost(`${this.#host.subject}: open`, this.#lastError ?? error);
    }
  }

  /** Sends one command. Rejects with `STORAGE_LOST`. */
  send<T = Reply>(command: string, ...args: readonly (string | number)[]): Promise<T> {
    return this.#inTime(command, () => this.#call(command, args) as Promise<T>);
  }

  /** Runs a script by its hash, and by its text where the server does not know it yet. */
  run<T = Reply>(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<T> {
    return this.#inTime(script.name, () => this.#evaluate(script, keys, args) as Promise<T>);
  }

  /** Calls `heard` at every message, and once as soon as the channel is listened to. One listener per channel. */
  listen(channel: string, heard: () => void): () => void {
    if (this.#closing) throw closedError(this.#host.subject);
    return this.#subscriber.listen(channel, heard);
  }

  /** Told when hints come, at first and after a time in which some may have been lost. */
  onRestored(heard: () => void): () => void {
    return this.#subscriber.onRestored(heard);
  }

  /**
   * Told when the connection for commands was made anew, or leads to other masters: whoever answers now may have less
   * than the one before.
   */
  onReconnected(heard: () => void): () => void {
    return this.#reconnected.add(heard);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#subscriber.close();
    // Calls under way are answered before QUIT is.
    if (this.#client.status === 'ready') await this.#client.quit().catch(() => undefined);
    this.#client.disconnect();
    for (const fail of this.#underWay) fail(closedError(this.#host.subject));
  }

  #inTime<T>(what: string, call: () => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(closedError(this.#host.subject));
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const settle = (): void => {
        isSettled = true;
        stop();
        this.#underWay.delete(fail);
      };
      const fail = (error: unknown): void => {
        settle();
        reject(storageLost(`${this.#host.subject}: ${what}`, error));
      };
      const late = (): void => fail({ code: 'ETIMEDOUT' });
      const stop = this.#host.clock.alarm(this.#host.timeout, late, true);
      this.#underWay.add(fail);
      const attempt = (): void => {
        if (isSettled) return;
        call().then(
          answer => {
            settle();
            resolve(answer);
          },
          (error: unknown) => {
            if (isSettled) return;
            if (!REDIRECTED.test((error as Error).message)) fail(error);
            else this.#host.clock.alarm(REDIRECT_WAIT, attempt, true);
          },
        );
      };
      attempt();
    });
  }

  async #evaluate(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const hash = this.#hashes.get(script);
    if (hash === undefined) {
      const loaded = await this.#client.script('LOAD', script.lua);
      this.#hashes.set(script, String(loaded));
    } else {
      this.#gather();
      try {
        return await this.#client.evalsha(hash, keys.length, ...keys, ...args);
      } catch (error) {
        if (reasonOf(error) !== 'NOSCRIPT') throw error;
      }
    }
    return this.#client.eval(script.lua, keys.length, ...keys, ...args);
  }

  #call(command: string, args: readonly (string | number)[]): Promise<unknown> {
    this.#gather();
    const method = (this.#client as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[
      command
    ];
    return method!.apply(this.#client, [...args]);
  }

  /** What is sent before this call and those that wait behind it are over goes out in one write. */
  #gather(): void {
    // A cluster has many, and gathers by itself.
    const stream = 'stream' in this.#client ? (this.#client.stream as Socket | undefined) : undefined;
    if (!stream || stream.writableCorked > 0) return;
    stream.cork();
    afterThisCall(() => stream.uncork());
  }

  #connected(): void {
    const isFirst = this.connectedAt === 0;
    this.connectedAt = this.#host.clock.now();
    if (isFirst) return;
    this.reconnectedAt = this.connectedAt;
    this.#reconnected.tell();
  }

  /** A cluster stays connected when a replica takes over. */
  #watchMasters(cluster: Cluster): void {
    let known = '';
    cluster.on('refresh', () => {
      const masters = cluster
        .nodes('master')
        .map(({ options: { host, port } }) => `${host}:${port}`)
        .sort()
        .join();
      if (known !== '' && masters !== known) this.#connected();
      known = masters;
    });
  }

  #tellTrouble(client: Client): void {
    client.on('error', (error: unknown) => {
      this.#lastError = error;
      if (this.#closing) return;
      this.#host.onTrouble({
        trouble: 'connection',
        message: `${this.#host.subject}: a connection broke: ${reasonOf(error)}. It is made anew.`,
      });
    });
  }
}
