import { from, Observable, type ObservableInput, type OperatorFunction } from 'rxjs';
import type { GapNotice } from '../event/notice.ts';
import { nameOption, optionsOf, wholeOption } from './check-option.ts';
import { listenWhileOpen } from './listen-while-open.ts';
import { type Overflow, OVERFLOWS, WaitingLine } from './waiting-line.ts';

/** What {@link backpressure} may lose, and when. */
export interface BackpressureOptions<T> {
  /** Values that may wait while the consumer is busy: 1 to 1,000,000. Default: 1,024. */
  readonly capacity?: number;
  /**
   * What a full buffer does: `drop-oldest` · `drop-newest` · `coalesce` joins neighbouring tokens of one message as
   * they wait, and drops the oldest where that is not enough · `error` fails with `BUFFER_OVERFLOW`.
   */
  readonly overflow: Overflow;
  /** Values the consumer works on at once: 1 to 1,000. Default: 1. */
  readonly concurrency?: number;
  /** Told each value that is dropped, and how many there were up to it. */
  readonly onDrop?: (drop: { readonly value: T; readonly total: number }) => void;
}

/**
 * Runs an asynchronous consumer that may be slower than its source, with a bounded buffer before it and a loss that
 * is named, counted and shown: where events were dropped, `project` gets `gap{reason: 'overflow'}`. Final events and
 * notices are never dropped. Emits what `project` emits.
 *
 * @marbles `project: x => timer(4)…, capacity: 1, overflow: 'drop-oldest'`: source `-a-b-c-|`, consumer sees `-a---gc` (g: the gap where b was)
 * @temperature cold: one buffer per subscriber
 * @timing `project` is called synchronously while it is free, then as soon as it is free again
 * @ordering values reach `project` in order; with `concurrency` above 1 results may overtake each other
 * @completes when the source has completed, the buffer is empty and `project` is done
 * @errors passes errors of the source and of `project` at once, dropping what waits; delivers `BUFFER_OVERFLOW`; throws `BAD_OPTION` at call time
 * @memory `capacity` values, 64 final events and notices more, and one gap per run between two values
 */
export function backpressure<T, R>(
  project: (value: NoInfer<T> | GapNotice) => ObservableInput<R>,
  options: BackpressureOptions<T>,
): OperatorFunction<T, R> {
  const { capacity = 1024, overflow, concurrency = 1, onDrop } = optionsOf('backpressure', options);
  wholeOption('backpressure: capacity', capacity, { unit: 'values', max: 1_000_000 });
  wholeOption('backpressure: concurrency', concurrency, { unit: 'values', max: 1_000 });
  nameOption('backpressure: overflow', overflow, OVERFLOWS);
  return source =>
    new Observable<R>(subscriber => {
      let total = 0;
      let active = 0;
      let sourceDone = false;
      let serving = false;
      const line = new WaitingLine<T>(capacity, overflow, value => onDrop?.({ value, total: ++total }));
      const listen = listenWhileOpen(subscriber);

      // A consumer that answers at once returns into this loop instead of calling it again.
      const serve = (): void => {
        if (serving) return;
        serving = true;
        try {
          while (active < concurrency && !subscriber.closed) {
            const next = line.take();
            if (!next) break;
            consume(next.item);
          }
        } finally {
          serving = false;
        }
        if (sourceDone && active === 0) subscriber.complete();
      };
      const consume = (item: T | GapNotice): void => {
        active++;
        listen(from(project(item)), {
          next: result => subscriber.next(result),
          complete: () => {
            active--;
            serve();
          },
        });
      };

      listen(source, {
        next: value => {
          line.push(value);
          serve();
        },
        complete: () => {
          sourceDone = true;
          serve();
        },
      });
    });
}
