import type { Clock } from '../../time/clock.ts';

/** A connection that may fall silent. */
export interface Beating {
  /** Rounds since it last wrote something; the connection sets it to 0 whenever it writes. */
  quiet: number;
  /** Writes a sign of life. */
  beat(): void;
}

const ROUNDS = 4;

/**
 * One alarm for all connections of a server: nobody is silent for longer than `every` milliseconds, and a sign of
 * life comes after three quarters of it at the earliest. Without connections there is no alarm.
 */
export class Heartbeats {
  readonly #clock: Clock;
  readonly #every: number;
  readonly #members = new Set<Beating>();
  #stop: (() => void) | undefined;

  constructor(clock: Clock, every: number) {
    this.#clock = clock;
    this.#every = every;
  }

  get size(): number {
    return this.#members.size;
  }

  add(member: Beating): void {
    this.#members.add(member);
    if (!this.#stop) this.#arm();
  }

  delete(member: Beating): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  #arm(): void {
    this.#stop = this.#clock.alarm(this.#every / ROUNDS, () => this.#round(), true);
  }

  #round(): void {
    this.#arm();
    for (const member of this.#members) if (++member.quiet >= ROUNDS) member.beat();
  }
}
