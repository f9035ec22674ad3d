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

  constructor(link: RedisLink, keys: RedisKeys) {
    this.#link = link;
    this.#keys = keys;
  }

  add(key: RunKey, fence: string): void {
    this.#fences.set(key, fence);
  }

  remove(key: RunKey): void {
    this.#fences.delete(key);
  }

  clear(): void {
    this.#fences.clear();
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
      await Promise.all(some.map(([key, fence]) => this.#checkOne(key, fence, { instance, lost })));
    }
  }

  async #checkOne(
    key: RunKey,
    fence: string,
    { instance, lost }: { readonly instance: string; readonly lost: LostRun },
  ): Promise<void> {
    const state = await this.#link.run<string>(HOLD, this.#keys.ofRun(key), [fence, instance]);
    // Claimed anew meanwhile, or let go.
    if (state === 'held' || this.#fences.get(key) !== fence) return;
    this.#fences.delete(key);
    if (state !== 'ended') lost(key, state === 'absent' ? 'gone' : 'taken');
  }
}
