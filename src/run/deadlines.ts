import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';

export interface DeadlineSettings {
  /** Milliseconds of work, waiting for people not counted; `Infinity` for none. */
  readonly maxDuration: number;
  /** Milliseconds without an event, waiting for people not counted; `Infinity` for none. */
  readonly idle: number;
}

/** What the deadlines tell the run they belong to. */
export interface DeadlineHost {
  tooLong(): void;
  tooSilent(): void;
}

/**
 * How long a run may work and be silent. Both clocks stand still while it waits for a person. An event moves a
 * number, not a timer: the alarm looks at the number when it rings and asks again if it came too early.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #sweep: Sweep;
  readonly #settings: DeadlineSettings;
  readonly #host: DeadlineHost;
  #worked = 0;
  #resumedAt = 0;
  #activeAt = 0;
  #cancelDuration: (() => void) | undefined;
  #cancelIdle: (() => void) | undefined;

  constructor(
    time: { readonly clock: Clock; readonly sweep: Sweep },
    settings: DeadlineSettings,
    host: DeadlineHost,
  ) {
    this.#clock = time.clock;
    this.#sweep = time.sweep;
    this.#settings = settings;
    this.#host = host;
  }

  /** Starts both clocks, or lets them go on; `worked` milliseconds are over already. Returns what time it is. */
  resume(worked = this.#worked): number {
    this.#worked = worked;
    this.#resumedAt = this.#activeAt = this.#clock.now();
    const { maxDuration, idle } = this.#settings;
    if (maxDuration !== Infinity) {
      const due = this.#resumedAt + maxDuration - this.#worked;
      this.#cancelDuration = this.#sweep.at(due, () => this.#host.tooLong());
    }
    if (idle !== Infinity) this.#watchSilence();
    return this.#resumedAt;
  }

  /** Stops both clocks for a wait. */
  pause(): void {
    this.#worked += this.#clock.now() - this.#resumedAt;
    this.stop();
  }

  /** Stops both clocks for good. */
  stop(): void {
    this.#cancelDuration?.();
    this.#cancelIdle?.();
    this.#cancelDuration = this.#cancelIdle = undefined;
  }

  /** The silence that was told does not count: another one may begin now. */
  again(): void {
    this.#activeAt = this.#clock.now();
    this.#watchSilence();
  }

  /** The run said something at `now`. */
  active(now: number): void {
    this.#activeAt = now;
  }

  #watchSilence(): void {
    this.#cancelIdle = this.#sweep.at(this.#activeAt + this.#settings.idle, () => {
      if (this.#clock.now() < this.#activeAt + this.#settings.idle) this.#watchSilence();
      else this.#host.tooSilent();
    });
  }
}
