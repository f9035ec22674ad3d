import type { Clock } from '../time/clock.ts';

interface Alarm {
  readonly at: number;
  readonly order: number;
  readonly ring: () => void;
  readonly background: boolean;
}

/**
 * A clock that stands still until it is moved by hand. Alarms ring inside {@link advance} and {@link set}, in the
 * order of their times, each with `now()` at its own time; alarms that they set ring too if they fall due.
 */
export class ManualClock implements Clock {
  readonly #alarms = new Set<Alarm>();
  #order = 0;
  // Alarms follow passed time, not the date, so that a date set back delays none of them.
  #passed = 0;
  #date: number;

  /** `start`: milliseconds since the Unix epoch. */
  constructor(start = Date.UTC(2030, 0, 1)) {
    this.#date = start;
  }

  now(): number {
    return this.#date + this.#passed;
  }

  /** Milliseconds that were let pass; setting the date back takes none away. */
  monotonic(): number {
    return this.#passed;
  }

  alarm(delay: number, ring: () => void, background: boolean): () => void {
    const alarm = { at: this.#passed + Math.max(delay, 0), order: this.#order++, ring, background };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /** Alarms that neither rang nor were stopped. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Whether an alarm is pending that is not a background one. */
  get keepsAlive(): boolean {
    return [...this.#alarms].some(alarm => !alarm.background);
  }

  /** Lets `ms` milliseconds pass. */
  advance(ms: number): void {
    const until = this.#passed + ms;
    for (let alarm = this.#next(until); alarm; alarm = this.#next(until)) {
      this.#alarms.delete(alarm);
      this.#passed = Math.max(this.#passed, alarm.at);
      alarm.ring();
    }
    this.#passed = until;
  }

  /** Moves to a date: forwards as time passes, backwards as when somebody corrects the clock. */
  set(ms: number): void {
    const distance = ms - this.now();
    if (distance >= 0) this.advance(distance);
    else this.#date += distance;
  }

  #next(until: number): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.at > until) continue;
      if (!next || alarm.at < next.at || (alarm.at === next.at && alarm.order < next.order)) next = alarm;
    }
    return next;
  }
}
