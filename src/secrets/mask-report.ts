/** What was masked, since the counting began: never a value, and nothing of one. */
export interface MaskReport {
  /** Marks that were set; in a trial run, marks that would have been. */
  readonly total: number;
  /** Per name of a secret or rule. */
  readonly names: Readonly<Record<string, number>>;
  /** Per place in the data, such as `args.headers[].value`; `(other)` holds what is beyond 256 places. */
  readonly places: Readonly<Record<string, number>>;
  /** Texts of which nothing was let pass, since they asked for too much work. */
  readonly withheld: number;
}

const MOST_PLACES = 256;
const LONGEST_PLACE = 200;
const OTHER = '(other)';

/** Counts for a {@link MaskReport}. Bounded: names are as many as there are secrets and rules. */
export class MaskCounts {
  #total = 0;
  #withheld = 0;
  readonly #names = new Map<string, number>();
  readonly #places = new Map<string, number>();

  count(name: string, place: string): void {
    this.#total++;
    this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
    const short = place.length > LONGEST_PLACE ? `${place.slice(0, LONGEST_PLACE)}…` : place;
    const known = this.#places.has(short) || this.#places.size < MOST_PLACES ? short : OTHER;
    this.#places.set(known, (this.#places.get(known) ?? 0) + 1);
  }

  withhold(): void {
    this.#withheld++;
  }

  /** A copy of the counts as they are now. */
  report(): MaskReport {
    return {
      total: this.#total,
      names: Object.fromEntries(this.#names),
      places: Object.fromEntries(this.#places),
      withheld: this.#withheld,
    };
  }
}
