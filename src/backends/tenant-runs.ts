import type { PagePosition } from './page-position.ts';
import type { StoredEvents, StoredRun } from './stored-run.ts';

/** Below so many empty places closing the ranks is not worth it. */
const FEWEST_TO_CLOSE = 64;

/**
 * The runs of one tenant in the order of their creation; those of one millisecond in the order of their ids, so that the
 * order is the same in the next process.
 */
export class TenantRuns<Events extends StoredEvents> {
  // Three arrays side by side; a removed run leaves an empty place until half of the places are empty.
  #times: number[] = [];
  #ids: string[] = [];
  #runs: (StoredRun<Events> | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(run: StoredRun<Events>): void {
    const { createdAt, record } = run;
    const at = this.#countBefore(run.position);
    this.#size++;
    if (at === this.#runs.length) {
      this.#times.push(createdAt);
      this.#ids.push(record.runId);
      this.#runs.push(run);
    } else if (this.#times[at] === createdAt && this.#ids[at] === record.runId) {
      // The place of a run that was removed and has come again.
      this.#runs[at] = run;
    } else {
      this.#times.splice(at, 0, createdAt);
      this.#ids.splice(at, 0, record.runId);
      this.#runs.splice(at, 0, run);
    }
  }

  remove(run: StoredRun<Events>): void {
    this.#runs[this.#countBefore(run.position)] = undefined;
    this.#size--;
    const empty = this.#runs.length - this.#size;
    if (empty >= FEWEST_TO_CLOSE && empty > this.#size) this.#closeRanks();
  }

  /** Newest first, beginning behind a place, or with the newest of all. */
  *newestBefore(place: PagePosition | undefined): Generator<StoredRun<Events>> {
    const end = place ? this.#countBefore(place) : this.#runs.length;
    for (let at = end - 1; at >= 0; at--) {
      const run = this.#runs[at];
      if (run) yield run;
    }
  }

  #countBefore({ createdAt, runId }: PagePosition): number {
    let low = 0;
    let high = this.#times.length;
    // Most are asked for or added when they are new.
    if (high > 0 && this.#isBefore(high - 1, createdAt, runId)) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(middle, createdAt, runId)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(at: number, createdAt: number, runId: string): boolean {
    const time = this.#times[at]!;
    return time < createdAt || (time === createdAt && this.#ids[at]! < runId);
  }

  #closeRanks(): void {
    this.#runs = this.#runs.filter(run => run !== undefined);
    this.#times = this.#runs.map(run => run!.createdAt);
    this.#ids = this.#runs.map(run => run!.record.runId);
  }
}
