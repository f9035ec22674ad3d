import { from, type ObservableInput, take } from 'rxjs';

/** Waits for one answer that may come later. */
export interface Awaited {
  readonly state: 'waiting' | 'answered' | 'failed';
  /** The answer, or what was thrown instead. */
  readonly value: unknown;
  /** Called once, when the state changes; never before {@link awaitAnswer} has returned. */
  notify: (() => void) | undefined;
  /** Nobody waits any more: an observable is left, and what a promise still brings is ignored. */
  leave(): void;
}

/** Whether an answer is a promise, of whatever make. */
export function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return isMember(answer, 'then');
}

/** Whether an answer is an observable, of whatever copy of RxJS. */
export function isSubscribable(answer: unknown): answer is ObservableInput<unknown> {
  return isMember(answer, 'subscribe');
}

/**
 * Listens to a promise, or to an observable until its first value. What an observable says while it is subscribed to
 * is there at once. Nothing that comes late becomes an unhandled rejection.
 */
export function awaitAnswer(answer: PromiseLike<unknown> | ObservableInput<unknown>): Awaited {
  let leave = (): void => undefined;
  const awaited = {
    state: 'waiting' as Awaited['state'],
    value: undefined as unknown,
    notify: undefined as (() => void) | undefined,
    leave(): void {
      awaited.notify = undefined;
      leave();
    },
  };
  const settle = (state: 'answered' | 'failed', value: unknown): void => {
    if (awaited.state !== 'waiting') return;
    awaited.state = state;
    awaited.value = value;
    awaited.notify?.();
  };
  if (isThenable(answer)) {
    Promise.resolve(answer).then(
      value => settle('answered', value),
      (error: unknown) => settle('failed', error),
    );
    return awaited;
  }
  const subscription = from(answer)
    .pipe(take(1))
    .subscribe({
      next: value => settle('answered', value),
      error: (error: unknown) => settle('failed', error),
      complete: () => settle('failed', new Error('completed without a verdict')),
    });
  leave = () => {
    try {
      subscription.unsubscribe();
    } catch {
      // A finalizer of the policy threw; its verdict is not needed any more.
    }
  };
  return awaited;
}

function isMember(answer: unknown, name: 'then' | 'subscribe'): boolean {
  return typeof (answer as Record<string, unknown> | null | undefined)?.[name] === 'function';
}
