import type { StoredEvents, StoredRun } from './stored-run.ts';

/** Below so many empty places closing the ranks is not worth it. */
const FEWEST_TO_CLOSE = 64;

/** The runs of one tenant in the order of their creation. */
export class TenantRuns<Events extends StoredEvents> {
  // Two arrays side by side; a removed run leaves an empty place until half of the places are empty.
  #orders: number[] = [];
  #runs: (StoredRun<Events> | undefined)[] = [];
  #size = 0;
  #lastOrder = 0;

  get size(): number {
    return this.#size;
  }

  /** What the next run's `order` is; of this tenant alone, so that it tells nothing of others. */
  nextOrder(): number {
    return ++this.#lastOrder;
  }

  /** `run` has the highest order of all. */
  add(run: StoredRun<Events>): void {
    this.#orders.push(run.order);
    this.#runs.push(run);
    this.#size++;
  }

  remove(run: StoredRun<Events>): void {
    this.#runs[this.#countBefore(run.order)] = undefined;
    this.#size--;
    const empty = this.#runs.length - this.#size;
    if (empty >= FEWEST_TO_CLOSE && empty > this.#size) this.#closeRanks();
  }

  /** Newest first, beginning with the newest of those created before the run with `order`. */
  *newestBefore(order: number): Generator<StoredRun<Events>> {
    for (let at = this.#countBefore(order) - 1; at >= 0; at--) {
      const run = this.#runs[at];
      if (run) yield run;
    }
  }

  #countBefore(order: number): number {
    let low = 0;
    let high = this.#orders.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#orders[middle]! < order) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #closeRanks(): void {
    this.#runs = this.#runs.filter(run => run !== undefined);
    this.#orders = this.#runs.map(run => run!.order);
  }
}
