import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';

/** What the deadlines need from the run they belong to, and tell it. */
export interface DeadlineHost {
  readonly parts: {
    readonly services: { readonly clock: Clock; readonly sweep: Sweep };
    readonly settings: DeadlineSettings;
  };
  readonly stopping: { tooLong(): void; tooSilent(): void };
}

interface DeadlineSettings {
  /** Milliseconds of work, waiting for people not counted; `Infinity` for none. */
  readonly maxDuration: number;
  /** Milliseconds without an event, waiting for people not counted; `Infinity` for none. */
  readonly idle: number;
}

/**
 * How long a run may work and be silent. Both clocks stand still while it waits for a person. An event moves a
 * number, not a timer: the alarm looks at the number when it rings and asks again if it came too early.
 */
export class Deadlines {
  readonly #host: DeadlineHost;
  #worked = 0;
  #resumedAt = 0;
  #activeAt = 0;
  #cancelDuration: (() => void) | undefined;
  #cancelIdle: (() => void) | undefined;

  constructor(host: DeadlineHost) {
    this.#host = host;
  }

  /** Starts both clocks, or lets them go on; `worked` milliseconds are over already. Returns what time it is. */
  resume(worked = this.#worked): number {
    const { services, settings } = this.#host.parts;
    this.#worked = worked;
    this.#resumedAt = this.#activeAt = services.clock.now();
    const { maxDuration, idle } = settings;
    if (maxDuration !== Infinity) {
      const due = this.#resumedAt + maxDuration - this.#worked;
      this.#cancelDuration = services.sweep.at(due, () => this.#host.stopping.tooLong());
    }
    if (idle !== Infinity) this.#watchSilence();
    return this.#resumedAt;
  }

  /** Stops both clocks for a wait. */
  pause(): void {
    this.#worked += this.#host.parts.services.clock.now() - this.#resumedAt;
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
    this.#activeAt = this.#host.parts.services.clock.now();
    this.#watchSilence();
  }

  /** The run said something at `now`. */
  active(now: number): void {
    this.#activeAt = now;
  }

  #watchSilence(): void {
    const { services, settings } = this.#host.parts;
    const { clock, sweep } = services;
    this.#cancelIdle = sweep.at(this.#activeAt + settings.idle, () => {
      if (clock.now() < this.#activeAt + settings.idle) this.#watchSilence();
      else this.#host.stopping.tooSilent();
    });
  }
}
