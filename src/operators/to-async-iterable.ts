import { type Observable, Subject, takeUntil } from 'rxjs';
import { SluiceError } from '../errors/sluice-error.ts';
import { Fifo } from './fifo.ts';
import { nameOption, wholeOption } from './check-option.ts';

/** What {@link toAsyncIterable} keeps for its reader. */
export interface ToAsyncIterableOptions {
  /** Values that may wait for the reader: 1 to 1,000,000. Default: 1,024. */
  readonly capacity?: number;
  /** What a full buffer does; `error` is the one answer that never hides a loss. Default: `error`. */
  readonly overflow?: 'error';
}

/**
 * Reads an observable with `for await`. Each iterator subscribes at its first `next` and leaves at the end of the
 * loop, however it ends. Values that come while nobody waits are kept in order up to `capacity`; one more leaves the
 * source, and the reader gets what was kept and then `BUFFER_OVERFLOW`. Errors of the source, too, come after the
 * values before them. Throws `BAD_OPTION` at call time.
 */
export function toAsyncIterable<T>(
  source: Observable<T>,
  { capacity = 1024, overflow = 'error' }: ToAsyncIterableOptions = {},
): AsyncIterable<T> {
  wholeOption('toAsyncIterable: capacity', capacity, { unit: 'values', max: 1_000_000 });
  nameOption('toAsyncIterable: overflow', overflow, ['error']);
  return { [Symbol.asyncIterator]: () => new ObservableIterator(source, capacity) };
}

type End = { readonly failed: false } | { readonly failed: true; readonly error: unknown };

interface Waiter<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

class ObservableIterator<T> implements AsyncIterator<T> {
  readonly #source: Observable<T>;
  readonly #capacity: number;
  /** Rings when the reader leaves; linked before the first value, so that it stops synchronous sources too. */
  readonly #left = new Subject<void>();
  readonly #kept = new Fifo<T>();
  /** Readers that came before their values; there are none while anything is kept. */
  #waiters: Waiter<T>[] = [];
  #subscribed = false;
  #end: End | undefined;

  constructor(source: Observable<T>, capacity: number) {
    this.#source = source;
    this.#capacity = capacity;
  }

  next(): Promise<IteratorResult<T>> {
    const answer = new Promise<IteratorResult<T>>((resolve, reject) =>
      this.#waiters.push({ resolve, reject }),
    );
    if (this.#subscribed) this.#serve();
    else this.#subscribe();
    return answer;
  }

  return(): Promise<IteratorResult<T>> {
    this.#subscribed = true;
    this.#kept.clear();
    this.#end = { failed: false };
    this.#left.next();
    this.#serve();
    return Promise.resolve({ done: true, value: undefined });
  }

  #subscribe(): void {
    this.#subscribed = true;
    this.#source.pipe(takeUntil(this.#left)).subscribe({
      next: value => {
        if (this.#kept.length < this.#capacity) {
          this.#kept.push(value);
          this.#serve();
        } else {
          this.#finish({ failed: true, error: overflown(this.#capacity) });
          this.#left.next();
        }
      },
      error: (error: unknown) => this.#finish({ failed: true, error }),
      complete: () => this.#finish({ failed: false }),
    });
  }

  #finish(end: End): void {
    this.#end ??= end;
    this.#serve();
  }

  #serve(): void {
    while (this.#waiters.length > 0 && (this.#kept.length > 0 || this.#end)) {
      const waiter = this.#waiters.shift()!;
      if (this.#kept.length > 0) waiter.resolve({ done: false, value: this.#kept.shift()! });
      else if (this.#end?.failed) this.#fail(waiter, this.#end.error);
      else waiter.resolve({ done: true, value: undefined });
    }
  }

  /** An iterator fails once; after that it is at its end. */
  #fail(waiter: Waiter<T>, error: unknown): void {
    this.#end = { failed: false };
    waiter.reject(error);
  }
}

function overflown(capacity: number): SluiceError {
  return new SluiceError(
    'BUFFER_OVERFLOW',
    `toAsyncIterable: expected at most ${capacity} waiting values, got more. ` +
      'Read faster, raise capacity, or iterate over the run itself, which waits for its reader.',
    { details: { capacity } },
  );
}
