import { createHash } from 'node:crypto';
import type { Outcome } from '../event/proposal.ts';

/** What became of an event, or the promise of it while it is not stored yet. */
export type Told = Outcome | Promise<Outcome>;

const DIGEST_LENGTH = 16;

/**
 * What a producer's key is kept as: 96 bits of SHA-256 in base64url. A key may hold anything, also a secret, and of
 * different ones none must become the same by being masked.
 */
export function keyDigest(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, DIGEST_LENGTH);
}

/**
 * The newest keys under which producers appended events to one run, as digests, and what became of those. An event that
 * was not written in the end is forgotten, so that it can be sent again. Memory: O(limit).
 */
export class AppendKeys {
  readonly #limit: number;
  readonly #told = new Map<string, Told>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#told.size;
  }

  get(key: string): Told | undefined {
    return this.#told.get(key);
  }

  /** Notes a key that is not there yet; beyond the limit the oldest goes. */
  add(key: string, told: Promise<Outcome>): void {
    this.#told.set(key, told);
    this.#trim(this.#limit);
    const settle = (outcome: Outcome | undefined): void => {
      if (this.#told.get(key) !== told) return;
      // Set again under the same key it keeps its place in the order of age.
      if (outcome === undefined || outcome.outcome === 'ended') this.#told.delete(key);
      else this.#told.set(key, outcome);
    };
    told.then(settle, () => settle(undefined));
  }

  /** Notes what another process stored. What this one knows of a key stands. */
  note(key: string, outcome: Outcome): void {
    if (this.#told.has(key)) return;
    this.#told.set(key, outcome);
    this.#trim(this.#limit);
  }

  /** Notes what was stored before everything it knows, the newest first. */
  noteOlder(older: Iterable<readonly [string, Outcome]>): void {
    const known = [...this.#told];
    const all = [...older].slice(0, Math.max(0, this.#limit - known.length)).reverse();
    this.#told.clear();
    for (const [key, told] of [...all, ...known]) this.#told.set(key, told);
  }

  /** Forgets all but the newest. */
  keepNewest(count: number): void {
    this.#trim(count);
  }

  #trim(limit: number): void {
    for (const key of this.#told.keys()) {
      if (this.#told.size <= limit) return;
      this.#told.delete(key);
    }
  }
}
