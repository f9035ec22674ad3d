import type { Clock } from '../time/clock.ts';

/** A reading of a clock that only grows, in milliseconds. */
export function monotonicOf(clock: Clock): number {
  return clock.monotonic ? clock.monotonic() : clock.now();
}

/** Milliseconds since a reading, to the microsecond. */
export function since(clock: Clock, reading: number): number {
  return Math.max(0, Math.round((monotonicOf(clock) - reading) * 1_000) / 1_000);
}
