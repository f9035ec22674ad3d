/** Values by size. A snapshot. */
export interface HistogramCounts {
  /** Upper limits of the parts, ascending, in the unit of the values; above the last is one part more. */
  readonly limits: readonly number[];
  /** How many values each part has, those of the parts below not counted; one more than there are limits. */
  readonly counts: readonly number[];
  /** Of all values. */
  readonly sum: number;
}

/** Counts values by size. Memory: O(limits). */
export class Histogram {
  readonly #limits: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** `limits`: ascending. */
  constructor(limits: readonly number[]) {
    this.#limits = limits;
    this.#counts = new Array<number>(limits.length + 1).fill(0);
  }

  add(value: number): void {
    this.#sum += value;
    let part = 0;
    while (part < this.#limits.length && value > this.#limits[part]!) part++;
    this.#counts[part]!++;
  }

  /** As {@link add} with 0, for as little as counting can cost. */
  addNone(): void {
    this.#counts[0]!++;
  }

  get counts(): HistogramCounts {
    return { limits: this.#limits, counts: [...this.#counts], sum: this.#sum };
  }
}
