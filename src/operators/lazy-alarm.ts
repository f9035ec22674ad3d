import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';

/** An alarm that is put off far more often than it rings. */
export interface LazyAlarm {
  /** Rings a whole delay from now instead. Costs a look at the clock, not a timer. */
  postpone(): void;
  /** Ends the alarm. */
  readonly subscription: Subscription;
}

/**
 * Rings once `delay` milliseconds have passed since the last {@link LazyAlarm.postpone}, or since now. The one timer
 * runs to its end, sees how much was put off meanwhile, and is set again for the rest. After it rang it stays silent
 * unless `ring` postpones it.
 */
export function lazyAlarm(scheduler: SchedulerLike, delay: number, ring: () => void): LazyAlarm {
  let due = scheduler.now() + delay;
  function look(this: SchedulerAction<unknown>): void {
    if (scheduler.now() >= due) ring();
    // A clock that was set back must not make the silence longer.
    due = Math.min(due, scheduler.now() + delay);
    const rest = due - scheduler.now();
    if (rest > 0) this.schedule(undefined, rest);
  }
  return {
    postpone: () => {
      due = scheduler.now() + delay;
    },
    subscription: scheduler.schedule(look, delay),
  };
}
