/** Entries looked at for idleness with each one that is set: the map shrinks faster than it grows. */
const LOOKED_AT = 2;

/**
 * States by key, each until its time to be forgotten. What is idle goes as others are set, and the one that was not set
 * for longest goes where there are more than `most`. No timers.
 */
export class IdleMap<State> {
  readonly #states = new Map<string, { readonly state: State; readonly idleAt: number }>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#states.size;
  }

  get(key: string, now: number): State | undefined {
    const entry = this.#states.get(key);
    return entry && entry.idleAt > now ? entry.state : undefined;
  }

  /** Keeps a state, to be forgotten at `idleAt`. */
  set(key: string, state: State, { now, idleAt }: { readonly now: number; readonly idleAt: number }): void {
    this.#states.delete(key);
    this.#states.set(key, { state, idleAt });
    let looked = 0;
    for (const [oldest, entry] of this.#states) {
      if (looked++ === LOOKED_AT) break;
      if (entry.idleAt <= now || this.#states.size > this.#most) this.#states.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#states.delete(key);
  }
}
