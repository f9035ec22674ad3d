import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { isoTime } from '../time/iso-time.ts';
import { LONGEST_DELAY, optionsOf, wholeOption } from './check-option.ts';
import { listenWhileOpen } from './listen-while-open.ts';
import { lazyAlarm } from './lazy-alarm.ts';

/** A sign of life in a silent stream. Neither stored nor numbered; on SSE it is a comment. */
export interface Heartbeat {
  readonly notice: 'heartbeat';
  /** RFC 3339. */
  readonly time: string;
}

/** When {@link heartbeat} beats. */
export interface HeartbeatOptions {
  /** Milliseconds of silence before each beat: 1 to 2,147,483,647. */
  readonly every: number;
  /** Where time comes from. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Fills silence: a heartbeat after each `every` milliseconds without a value of the source.
 *
 * @marbles `every: 4`: source `-a-----------b|`, result `-a---h---h---b|`
 * @temperature cold: one timer per subscriber, set again when it rings and not at every value
 * @timing values pass synchronously; beats come on `scheduler`; milliseconds
 * @ordering kept; a beat never overtakes a value
 * @completes with the source
 * @errors passes source errors at once; throws `BAD_OPTION` at call time
 * @memory O(1) per subscriber
 */
export function heartbeat<T>(options: HeartbeatOptions): OperatorFunction<T, T | Heartbeat> {
  const { every, scheduler = asyncScheduler } = optionsOf('heartbeat', options);
  wholeOption('heartbeat: every', every, LONGEST_DELAY);
  return source =>
    new Observable(subscriber => {
      const alarm = lazyAlarm(scheduler, every, () => {
        subscriber.next({ notice: 'heartbeat', time: isoTime(scheduler.now()) });
        alarm.postpone();
      });
      subscriber.add(alarm.subscription);
      listenWhileOpen(subscriber)(source, {
        next: value => {
          alarm.postpone();
          subscriber.next(value);
        },
        complete: () => subscriber.complete(),
      });
    });
}
