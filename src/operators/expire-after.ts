import { asyncScheduler, type MonoTypeOperatorFunction, Observable, type SchedulerLike } from 'rxjs';
import { SluiceError } from '../errors/sluice-error.ts';
import { LONGEST_DELAY, nameOption, optionsOf, wholeOption } from './check-option.ts';
import { lazyAlarm } from './lazy-alarm.ts';
import { listenWhileOpen } from './listen-while-open.ts';

/** How long {@link expireAfter} lets a stream live. */
export interface ExpireAfterOptions {
  /** Milliseconds the stream may live: 1 to 2,147,483,647. */
  readonly ttl: number;
  /** `subscribe` counts from the subscription, `activity` from the last value. Default: `subscribe`. */
  readonly from?: 'subscribe' | 'activity';
  /** Where time comes from. Default: `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Ends a stream that outlives its time to live.
 *
 * @marbles `ttl: 5, from: 'activity'`: source `-a--b------c|`, result `-a--b----#`
 * @temperature cold: one timer per subscriber, not one per value
 * @timing values pass synchronously; the end comes on `scheduler`; milliseconds
 * @ordering kept
 * @completes with the source
 * @errors passes source errors; delivers `STREAM_EXPIRED`; throws `BAD_OPTION` at call time
 * @memory O(1) per subscriber
 */
export function expireAfter<T>(options: ExpireAfterOptions): MonoTypeOperatorFunction<T> {
  const { ttl, from = 'subscribe', scheduler = asyncScheduler } = optionsOf('expireAfter', options);
  wholeOption('expireAfter: ttl', ttl, LONGEST_DELAY);
  nameOption('expireAfter: from', from, ['subscribe', 'activity']);
  return source =>
    new Observable(subscriber => {
      const alarm = lazyAlarm(scheduler, ttl, () => subscriber.error(expired(ttl, from)));
      subscriber.add(alarm.subscription);
      listenWhileOpen(subscriber)(source, {
        next: value => {
          if (from === 'activity') alarm.postpone();
          subscriber.next(value);
        },
        complete: () => subscriber.complete(),
      });
    });
}

function expired(ttl: number, from: 'subscribe' | 'activity'): SluiceError {
  const limit = from === 'subscribe' ? `an end within ${ttl} ms` : `a value at least every ${ttl} ms`;
  return new SluiceError(
    'STREAM_EXPIRED',
    `stream: expected ${limit}, got none. Subscribe again after your cursor.`,
  );
}
