const WINDOW = 64;

/**
 * The last batches of a run: id and the event each came after. A batch that is repeated still says the same
 * `after`, so ids are compared only for batches that do not fit the end of the log.
 */
export class BatchIds {
  // id, after, id, after …: one array, since most runs are short and there are many of them.
  readonly #ring: (string | number)[] = [];
  #count = 0;

  add(id: string, after: number): void {
    const place = (this.#count++ % WINDOW) * 2;
    this.#ring[place] = id;
    this.#ring[place + 1] = after;
  }

  /** Whether `id` is among the last batches. */
  has(id: string, after: number): boolean {
    for (let place = 0; place < this.#ring.length; place += 2) {
      if (this.#ring[place + 1] === after && this.#ring[place] === id) return true;
    }
    return false;
  }
}
