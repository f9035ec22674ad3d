import { withJitter } from '../../time/new-id.ts';
import type { Clock } from '../../time/clock.ts';
import type { RunKey } from '../backend.ts';
import { Listeners } from '../listeners.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';

/** A run that somebody watches. */
interface Watched {
  readonly bell: Listeners;
  readonly stop: () => void;
  /** What its head said when it was last looked at. */
  seen: string | undefined;
  /** A hint came since. */
  fresh: boolean;
}

/** Runs asked about in one write. */
const AT_ONCE = 256;

/**
 * Who watches which log. A message is only a hint: Pub/Sub loses some without a word, so runs that are silent are
 * looked at once every `poll` milliseconds, and all of them when a connection was made anew.
 *
 * Memory: some hundred bytes for each run that is watched, however many watch it.
 */
export class RedisHub {
  readonly #link: RedisLink;
  readonly #keys: RedisKeys;
  readonly #poll: number;
  readonly #clock: Clock;
  readonly #watched = new Map<RunKey, Watched>();
  readonly #stopRestored: () => void;
  #stopAlarm: (() => void) | undefined;
  #looking: Promise<void> | undefined;

  constructor(
    link: RedisLink,
    keys: RedisKeys,
    { poll, clock }: { readonly poll: number; readonly clock: Clock },
  ) {
    this.#link = link;
    this.#keys = keys;
    this.#poll = poll;
    this.#clock = clock;
    this.#stopRestored = link.onRestored(() => {
      for (const watched of this.#watched.values()) watched.fresh = false;
      void this.#look();
    });
  }

  watch(key: RunKey, ring: () => void): () => void {
    const watched = this.#watched.get(key) ?? this.#begin(key);
    const leave = watched.bell.add(ring);
    return () => {
      leave();
      if (!watched.bell.empty || this.#watched.get(key) !== watched) return;
      this.#watched.delete(key);
      watched.stop();
      if (this.#watched.size === 0) this.#rest();
    };
  }

  /** Something happened to a run, as this process knows first. */
  ring(key: RunKey): void {
    this.#watched.get(key)?.bell.tell();
  }

  close(): void {
    this.#stopRestored();
    this.#rest();
    this.#watched.clear();
  }

  #begin(key: RunKey): Watched {
    const bell = new Listeners();
    const hear = (): void => {
      watched.fresh = true;
      bell.tell();
    };
    const watched: Watched = {
      bell,
      stop: this.#link.listen(this.#keys.channel(key), hear),
      seen: undefined,
      fresh: false,
    };
    this.#watched.set(key, watched);
    if (!this.#stopAlarm) this.#arm();
    return watched;
  }

  #arm(): void {
    if (this.#poll === Infinity) return;
    this.#stopAlarm = this.#clock.alarm(
      // Instances that came up together do not ask together.
      withJitter(this.#poll * 0.8, 0.25),
      () => {
        void this.#look();
        this.#arm();
      },
      true,
    );
  }

  #rest(): void {
    this.#stopAlarm?.();
    this.#stopAlarm = undefined;
  }

  #look(): Promise<void> {
    return (this.#looking ??= this.#lookAtAll().finally(() => (this.#looking = undefined)));
  }

  async #lookAtAll(): Promise<void> {
    const silent: [RunKey, Watched][] = [];
    for (const [key, watched] of this.#watched) {
      if (!watched.fresh) silent.push([key, watched]);
      watched.fresh = false;
    }
    for (let from = 0; from < silent.length; from += AT_ONCE) {
      const some = silent.slice(from, from + AT_ONCE);
      await Promise.all(some.map(([key, watched]) => this.#lookAt(key, watched)));
    }
  }

  async #lookAt(key: RunKey, watched: Watched): Promise<void> {
    let found: string;
    try {
      found = String(await this.#link.send('hmget', this.#keys.ofRun(key)[0], 'e', 's', 'k', 'h'));
    } catch {
      // Readers that wait for a hint learn by reading that the store is away, and say so to those they read for.
      if (this.#watched.get(key) === watched) watched.bell.tell();
      return;
    }
    if (found === watched.seen) return;
    watched.seen = found;
    if (this.#watched.get(key) === watched) watched.bell.tell();
  }
}
