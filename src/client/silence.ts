/** Until the server was heard: three times the default of 15 s between its signs of life, and some. */
const FIRST_LIMIT = 46_000;
const LONGEST_LIMIT = 4 * 3_600_000;

/**
 * How long a connection may be silent before it is taken for dead. Learned from the server's own signs of life: three
 * times the longest pause between two of them and a second more. Each connection that was given up doubles the limit,
 * so that a server which is more quiet than it seemed is not cut for ever.
 */
export class Silence {
  /** Milliseconds. */
  limit = FIRST_LIMIT;
  #wasHeard = false;

  /** A connection begins. */
  begin(): void {
    this.#wasHeard = false;
  }

  /** A sign of life ended a pause of so many milliseconds. */
  heard(pause: number): void {
    // A clock that jumped says nothing: beyond the limit the connection would have been given up.
    const learned = 3 * Math.min(Math.max(pause, 0), this.limit) + 1_000;
    this.limit = Math.min(this.#wasHeard ? Math.max(learned, this.limit) : learned, LONGEST_LIMIT);
    this.#wasHeard = true;
  }

  /** The limit was reached. */
  missed(): void {
    this.limit = Math.min(2 * this.limit, LONGEST_LIMIT);
  }
}
