/** Notes of all runs together. */
const MOST_NOTES = 10_000;

/** What a policy notes about runs until they end. Bounded: where there are more than 10,000 notes the oldest run's go. */
export class RunNotes<Note> {
  readonly #runs = new Map<string, Map<string, Note>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(run: string, key: string): Note | undefined {
    return this.#runs.get(run)?.get(key);
  }

  set(run: string, key: string, note: Note): void {
    let notes = this.#runs.get(run);
    if (!notes) this.#runs.set(run, (notes = new Map<string, Note>()));
    if (!notes.has(key)) this.#size++;
    notes.set(key, note);
    while (this.#size > MOST_NOTES) this.#dropOldest();
  }

  delete(run: string, key: string): void {
    const notes = this.#runs.get(run);
    if (!notes?.delete(key)) return;
    this.#size--;
    if (notes.size === 0) this.#runs.delete(run);
  }

  endRun(run: string): void {
    this.#size -= this.#runs.get(run)?.size ?? 0;
    this.#runs.delete(run);
  }

  #dropOldest(): void {
    for (const [run, notes] of this.#runs) {
      for (const key of notes.keys()) return this.delete(run, key);
    }
  }
}
