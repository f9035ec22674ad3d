import type { RunKey } from '../backends/backend.ts';
import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';

/** Milliseconds between two attempts to give lost runs their end. */
const AGAIN_AFTER = 5_000;
/** Milliseconds for one of them: a backend that hangs must not stop the others. */
const LONGEST = 10_000;

/**
 * Runs whose backend was away for too long. They ended for everybody here; once the backend is back, their logs are
 * given the end as well. Memory: their keys.
 */
export class LostRuns {
  readonly #time: { readonly clock: Clock; readonly sweep: Sweep };
  readonly #settle: (key: RunKey, fence: string | undefined) => Promise<void>;
  readonly #keys = new Map<RunKey, string | undefined>();
  #isWaiting = false;

  /** `settle` ends a run, and rejects while it cannot. */
  constructor(
    time: { readonly clock: Clock; readonly sweep: Sweep },
    settle: (key: RunKey, fence: string | undefined) => Promise<void>,
  ) {
    this.#time = time;
    this.#settle = settle;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** `fence` is the one that it was written with. */
  add(key: RunKey, fence: string | undefined): void {
    this.#keys.set(key, fence);
    this.#wait();
  }

  #wait(): void {
    if (this.#isWaiting || this.#keys.size === 0) return;
    this.#isWaiting = true;
    const { clock, sweep } = this.#time;
    sweep.at(clock.now() + AGAIN_AFTER, () => void this.#settleAll());
  }

  #inTime(settling: Promise<void>): Promise<void> {
    const { clock, sweep } = this.#time;
    return new Promise((resolve, reject) => {
      const cancel = sweep.at(clock.now() + LONGEST, () => reject(new Error('no answer')));
      settling.then(resolve, reject).finally(cancel);
    });
  }

  async #settleAll(): Promise<void> {
    for (const [key, fence] of [...this.#keys]) {
      try {
        await this.#inTime(this.#settle(key, fence));
        this.#keys.delete(key);
      } catch {
        // It is still away, or again; nobody is waiting for this.
        break;
      }
    }
    this.#isWaiting = false;
    this.#wait();
  }
}
