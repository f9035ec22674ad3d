import type { Outcome } from '../event/proposal.ts';

/** What became of an event, or the promise of it while it is not stored yet. */
export type Told = Outcome | Promise<Outcome>;

/**
 * The newest keys under which a producer appended events to one run, and what became of those. An event that was
 * not written in the end is forgotten, so that it can be sent again. Memory: O(limit).
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
