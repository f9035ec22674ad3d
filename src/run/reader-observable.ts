import { Observable } from 'rxjs';
import { isPromise } from '../backends/awaitable.ts';
import { isNotice } from '../event/notice.ts';
import type { ReadStep, RunReader } from './reader.ts';
import type { RunItem } from './window.ts';

/**
 * A run's log as an Observable, for runs that live elsewhere or have ended. Cold: each subscription reads by itself.
 * Synchronous where the log is; events made in a callback follow behind. Completes after the final event, or after
 * `reset{gone}`. Fails with `STORAGE_LOST` if the backend fails. Memory: one page.
 */
export function readerObservable(open: () => RunReader): Observable<RunItem> {
  return new Observable(subscriber => {
    const reader = open();
    let reading = false;
    let rung = false;

    const drain = (): void => {
      rung = true;
      if (reading) return;
      reading = true;
      while (rung && !subscriber.closed) {
        rung = false;
        const answer = reader.read();
        if (isPromise(answer)) {
          answer
            .then(step => {
              take(step);
              reading = false;
              if (rung) drain();
            })
            .catch((error: unknown) => subscriber.error(error));
          return;
        }
        take(answer);
      }
      reading = false;
    };

    const take = ({ items, state }: ReadStep): void => {
      for (const item of items) subscriber.next(isNotice(item) ? item : item.event);
      if (state === 'end') subscriber.complete();
      if (state === 'more') rung = true;
    };

    // What a log throws while it rings would be lost there.
    const ring = (): void => {
      try {
        drain();
      } catch (error) {
        subscriber.error(error);
      }
    };

    subscriber.add(reader.watch(ring));
    subscriber.add(() => reader.close());
    drain();
  });
}
