import { type Observable, Subject, type Subscriber, takeUntil } from 'rxjs';

/** What to do with a source; errors go to the subscriber unless `error` is given. */
export interface Listener<T> {
  next(value: T): void;
  complete(): void;
  error?(error: unknown): void;
}

/**
 * Gives a function that subscribes to sources on behalf of `subscriber` until it leaves. The link is made before
 * the first value, so that a synchronous source stops when the subscriber has had enough; the subscription that
 * `subscribe` returns would come too late. What a listener throws goes to the subscriber's error channel.
 */
export function listenWhileOpen(
  subscriber: Subscriber<unknown>,
): <T>(source: Observable<T>, listener: Listener<T>) => void {
  const left = new Subject<void>();
  subscriber.add(() => left.next());
  return (source, listener) => {
    source.pipe(takeUntil(left)).subscribe({
      next: value => {
        try {
          listener.next(value);
        } catch (error) {
          subscriber.error(error);
        }
      },
      error: (error: unknown) => {
        try {
          listener.error?.(error);
        } catch (fault) {
          subscriber.error(fault);
        }
        subscriber.error(error);
      },
      complete: () => {
        if (subscriber.closed) return;
        try {
          listener.complete();
        } catch (error) {
          subscriber.error(error);
        }
      },
    });
  };
}
