import { systemClock, type Clock } from '../../../src/time/clock.ts';

/** The clock of the machine, on which what is to ring in 15 s or later rings a hundred times sooner, or never. */
export function hurriedClock(late: 'sooner' | 'never' = 'sooner'): Clock {
  return {
    now: () => systemClock.now(),
    alarm(delay, ring, background) {
      if (delay < 15_000) return systemClock.alarm(delay, ring, background);
      return late === 'never' ? () => undefined : systemClock.alarm(delay / 100, ring, background);
    },
  };
}
