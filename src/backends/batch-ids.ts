const WINDOW = 64;

/**
 * The last batches of a run: id and the event each came after. A batch that is repeated still says the same
 * `after`, so ids are compared only for batches that do not fit the end of the log.
 */
export class BatchIds {
  // id, after, id, after …: one array, since most runs are short and there are many of them.
  #ring: (string | number)[] | undefined;
  #count = 0;

  add(id: string, after: number): void {
    // A literal has room for the one batch that a run which waits has had; an empty array would make room for seventeen.
    this.#ring ??= [id, after];
    const place = (this.#count++ % WINDOW) * 2;
    this.#ring[place] = id;
    this.#ring[place + 1] = after;
  }

  /** Whether `id` is among the last batches. */
  has(id: string, after: number): boolean {
    const ring = this.#ring ?? [];
    for (let place = 0; place < ring.length; place += 2) {
      if (ring[place + 1] === after && ring[place] === id) return true;
    }
    return false;
  }
}
