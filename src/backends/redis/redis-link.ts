import type { Cluster, Redis } from 'ioredis';
import type { Clock } from '../../time/clock.ts';
import { Listeners } from '../listeners.ts';
import { closedError, reasonOf, storageLost } from './redis-error.ts';
import type { RedisTrouble } from './redis-options.ts';
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
}

/**
 * The connections of one backend: one for commands, and one for hints once somebody watches. Commands of one turn of
 * the event loop go out in one write. Errors come out as `STORAGE_LOST` without what was sent.
 */
export class RedisLink {
  readonly #host: LinkHost;
  readonly #client: Client;
  readonly #hashes = new Map<Script, string>();
  readonly #channels = new Map<string, () => void>();
  readonly #restored = new Listeners();
  // ioredis forgets what was under way when a connection broke, until the next one is made: this is what ends it.
  readonly #underWay = new Set<(error: Error) => void>();
  #subscriber: Client | undefined;
  #closing: Promise<void> | undefined;
  #lastError: unknown;
  /** When the connection for commands was last made. */
  connectedAt = 0;

  constructor(host: LinkHost) {
    this.#host = host;
    this.#client = host.connect();
    this.#client.on('ready', () => (this.connectedAt = host.clock.now()));
    this.#tellTrouble(this.#client);
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
    this.#channels.set(channel, heard);
    const subscriber = (this.#subscriber ??= this.#subscribe());
    const ring = (): void => {
      if (this.#channels.get(channel) === heard) heard();
    };
    // While there is no connection nothing is sent: the next one listens to all channels and is told as restored.
    if (subscriber.status === 'ready') void subscriber.subscribe(channel).then(ring, () => undefined);
    return () => {
      if (this.#channels.get(channel) !== heard) return;
      this.#channels.delete(channel);
      if (subscriber.status === 'ready') void subscriber.unsubscribe(channel).catch(() => undefined);
    };
  }

  /** Told when hints come, at first and after a time in which some may have been lost. */
  onRestored(heard: () => void): () => void {
    return this.#restored.add(heard);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#channels.clear();
    this.#subscriber?.disconnect();
    // Calls under way are answered before QUIT is.
    if (this.#client.status === 'ready') await this.#client.quit().catch(() => undefined);
    this.#client.disconnect();
    for (const fail of this.#underWay) fail(closedError(this.#host.subject));
  }

  #inTime<T>(what: string, call: () => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(closedError(this.#host.subject));
    return new Promise((resolve, reject) => {
      const settle = (): void => {
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
      call().then(answer => {
        settle();
        resolve(answer);
      }, fail);
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
      try {
        return await this.#client.evalsha(hash, keys.length, ...keys, ...args);
      } catch (error) {
        if (reasonOf(error) !== 'NOSCRIPT') throw error;
      }
    }
    return this.#client.eval(script.lua, keys.length, ...keys, ...args);
  }

  #call(command: string, args: readonly (string | number)[]): Promise<unknown> {
    const method = (this.#client as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[
      command
    ];
    return method!.apply(this.#client, [...args]);
  }

  #subscribe(): Client {
    const subscriber = this.#host.connect();
    subscriber.on('message', (channel: string) => this.#channels.get(channel)?.());
    subscriber.on('ready', () => {
      const channels = [...this.#channels.keys()];
      if (channels.length === 0) return;
      void subscriber.subscribe(...channels).then(
        () => this.#restored.tell(),
        () => undefined,
      );
    });
    this.#tellTrouble(subscriber);
    void subscriber.connect().catch(() => undefined);
    return subscriber;
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
