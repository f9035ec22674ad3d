import { systemClock, type Clock } from '../../../src/time/clock.ts';

/** The clock of the machine, set forward by hand: alarms ring when they would, the date is later. */
export class ShiftedClock implements Clock {
  #shift = 0;

  now(): number {
    return systemClock.now() + this.#shift;
  }

  alarm(delay: number, ring: () => void, background: boolean): () => void {
    return systemClock.alarm(delay, ring, background);
  }

  advance(ms: number): void {
    this.#shift += ms;
  }
}
