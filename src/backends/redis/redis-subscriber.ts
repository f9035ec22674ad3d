import type { Cluster, Redis } from 'ioredis';
import type { Clock } from '../../time/clock.ts';
import { withJitter } from '../../time/new-id.ts';
import { Listeners } from '../listeners.ts';

/** What a subscriber is made of. */
export interface SubscriberHost {
  /** A connection that is not made yet. */
  readonly connect: () => Redis | Cluster;
  readonly clock: Clock;
  /** The channel of its own, on which it hears itself. */
  readonly echo: string;
  /** Sends a message there the way that hints go. Rejects while Redis is away. */
  readonly knock: () => Promise<unknown>;
  /** Milliseconds of silence after which it knocks, and for which it then waits. */
  readonly probe: number;
  readonly patience: number;
  /** Nothing was heard: another connection is made. */
  readonly onDeaf: () => void;
}

/**
 * The connection for hints, made when somebody listens. One that only looks open brings nothing and breaks never, so
 * one that was silent for `probe` milliseconds is asked for an echo, and replaced where none comes.
 */
export class RedisSubscriber {
  readonly #host: SubscriberHost;
  readonly #channels = new Map<string, () => void>();
  readonly #restored = new Listeners();
  #client: Redis | Cluster | undefined;
  #hasHeard = false;
  #stopAlarm: (() => void) | undefined;
  #isClosed = false;

  constructor(host: SubscriberHost) {
    this.#host = host;
  }

  /** Calls `heard` at every message, and once as soon as the channel is listened to. One listener per channel. */
  listen(channel: string, heard: () => void): () => void {
    this.#channels.set(channel, heard);
    const client = this.#client ?? this.#begin();
    const ring = (): void => {
      if (this.#channels.get(channel) === heard) heard();
    };
    // While there is no connection nothing is sent: the next one listens to all channels and is told as restored.
    if (client.status === 'ready') void client.subscribe(channel).then(ring, () => undefined);
    return () => {
      if (this.#channels.get(channel) !== heard) return;
      this.#channels.delete(channel);
      if (this.#client?.status === 'ready') void this.#client.unsubscribe(channel).catch(() => undefined);
    };
  }

  /** Told when hints come, at first and after a time in which some may have been lost. */
  onRestored(heard: () => void): () => void {
    return this.#restored.add(heard);
  }

  close(): void {
    this.#isClosed = true;
    this.#channels.clear();
    this.#stopAlarm?.();
    this.#client?.disconnect();
  }

  #begin(): Redis | Cluster {
    this.#arm();
    return this.#connect();
  }

  #connect(): Redis | Cluster {
    const client = (this.#client = this.#host.connect());
    client.on('message', (channel: string) => {
      this.#hasHeard = true;
      this.#channels.get(channel)?.();
    });
    client.on('ready', () => {
      void client.subscribe(this.#host.echo, ...this.#channels.keys()).then(
        () => this.#restored.tell(),
        () => undefined,
      );
    });
    void client.connect().catch(() => undefined);
    return client;
  }

  #arm(): void {
    const { clock, probe } = this.#host;
    // Instances that came up together do not knock together.
    this.#stopAlarm = clock.alarm(withJitter(probe * 0.8, 0.25), () => void this.#probe(), true);
  }

  async #probe(): Promise<void> {
    const client = this.#client!;
    const isSilent = !this.#hasHeard;
    this.#hasHeard = false;
    // One that is being made is looked after by whoever makes it.
    if (isSilent && client.status === 'ready' && (await this.#isDeaf()) && client.status === 'ready') {
      this.#host.onDeaf();
      client.disconnect();
      this.#connect();
    }
    if (!this.#isClosed) this.#arm();
  }

  /** Whether the way to it is open, and nothing comes. */
  async #isDeaf(): Promise<boolean> {
    const { clock, knock, patience } = this.#host;
    try {
      await knock();
    } catch {
      return false;
    }
    await new Promise<void>(resolve => {
      this.#stopAlarm = clock.alarm(patience, resolve, true);
    });
    return !this.#hasHeard;
  }
}
