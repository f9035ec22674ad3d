import type { LostRun, RunKey } from '../backend.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { HOLD } from './scripts/hold.ts';

/** Runs asked about in one write. */
const AT_ONCE = 256;

/** The runs that an instance claimed, with the fences it was given. Memory: one key and one fence for each. */
export class HeldRuns {
  readonly #link: RedisLink;
  readonly #keys: RedisKeys;
  readonly #fences = new Map<RunKey, string>();
  /** Runs that are claimed right now, and how often. */
  readonly #claiming = new Map<RunKey, number>();

  constructor(link: RedisLink, keys: RedisKeys) {
    this.#link = link;
    this.#keys = keys;
  }

  add(key: RunKey, fence: string): void {
    this.#fences.set(key, fence);
  }

  has(key: RunKey): boolean {
    return this.#fences.has(key);
  }

  clear(): void {
    this.#fences.clear();
  }

  /** Names a run as this instance's, by `claiming` it, which may take a while: nobody strikes its name out meanwhile. */
  async claim<T>(key: RunKey, claiming: () => Promise<T>): Promise<T> {
    this.#claiming.set(key, (this.#claiming.get(key) ?? 0) + 1);
    try {
      return await claiming();
    } finally {
      const others = this.#claiming.get(key)! - 1;
      if (others > 0) this.#claiming.set(key, others);
      else this.#claiming.delete(key);
    }
  }

  /** A run that it had is its no more, and is not to be looked for when it dies. */
  async remove(key: RunKey, instance: string): Promise<void> {
    this.#fences.delete(key);
    if (!this.#claiming.has(key)) await this.#link.send('zrem', this.#keys.owned(instance), key);
  }

  /** Finds out whether it has one run still, as {@link check} does. */
  async checkOne(key: RunKey, instance: string, lost: LostRun): Promise<void> {
    const fence = this.#fences.get(key);
    if (fence === undefined) return this.remove(key, instance);
    const state = await this.#link.run<string>(HOLD, this.#keys.ofRun(key), [fence, instance]);
    // Claimed anew meanwhile, or let go.
    if (state === 'held' || this.#fences.get(key) !== fence) return;
    const removing = this.remove(key, instance);
    if (state !== 'ended') lost(key, state === 'absent' ? 'gone' : 'taken');
    await removing;
  }

  /**
   * Finds out which of them it has no more, and sees to it that the others are found when it dies. Calls `lost` for
   * each that somebody else has, or that is gone. Rejects with `STORAGE_LOST`.
   */
  async check(instance: string, lost: LostRun): Promise<void> {
    const held = [...this.#fences];
    for (let from = 0; from < held.length; from += AT_ONCE) {
      const some = held.slice(from, from + AT_ONCE);
      const members = some.flatMap(([key]) => [0, key]);
      await this.#link.send('zadd', this.#keys.owned(instance), ...members);
      await Promise.all(some.map(([key]) => this.checkOne(key, instance, lost)));
    }
  }
}
