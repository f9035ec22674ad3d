import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';

/** Milliseconds between two rounds of attempts. */
const AGAIN_AFTER = 5_000;
/** Milliseconds for one of them: a backend that hangs must not stop the others. */
const LONGEST = 10_000;

/**
 * What the store refused, and must have all the same: the end of a run that was lost while it was away, what the record of
 * a run should say. Tried again until it is done, one after the other; one that fails ends the round and has its turn
 * behind the others in the next, so that a store that is away is asked little, and what fails for good stops nothing else.
 * Memory: one attempt for each name.
 */
export class RepeatedWork {
  readonly #time: { readonly clock: Clock; readonly sweep: Sweep };
  readonly #attempts = new Map<unknown, () => Promise<unknown>>();
  #isWaiting = false;

  constructor(time: { readonly clock: Clock; readonly sweep: Sweep }) {
    this.#time = time;
  }

  get size(): number {
    return this.#attempts.size;
  }

  /** `attempt` rejects while it cannot. One of the same name is forgotten. */
  add(name: unknown, attempt: () => Promise<unknown>): void {
    this.#attempts.delete(name);
    this.#attempts.set(name, attempt);
    this.#wait();
  }

  #wait(): void {
    if (this.#isWaiting || this.#attempts.size === 0) return;
    this.#isWaiting = true;
    const { clock, sweep } = this.#time;
    sweep.at(clock.now() + AGAIN_AFTER, () => void this.#tryAll());
  }

  #inTime(trying: Promise<unknown>): Promise<unknown> {
    const { clock, sweep } = this.#time;
    return new Promise((resolve, reject) => {
      const cancel = sweep.at(clock.now() + LONGEST, () => reject(new Error('no answer')));
      trying.then(resolve, reject).finally(cancel);
    });
  }

  async #tryAll(): Promise<void> {
    for (const [name, attempt] of [...this.#attempts]) {
      // What is added meanwhile under this name is newer.
      this.#attempts.delete(name);
      try {
        await this.#inTime(attempt());
      } catch {
        // The store is still away, or again; nobody is waiting for this.
        if (!this.#attempts.has(name)) this.#attempts.set(name, attempt);
        break;
      }
    }
    this.#isWaiting = false;
    this.#wait();
  }
}
