import { isObservable, type Observable } from 'rxjs';
import { toAsyncIterable, type ToAsyncIterableOptions } from './to-async-iterable.ts';

/**
 * A web `ReadableStream` of the values. An async iterable, which a Run is, is pulled: nothing is read ahead of the
 * consumer. A plain observable is subscribed at the first read and buffered up to `capacity`; beyond it the stream
 * fails with `BUFFER_OVERFLOW`. `cancel` leaves the source. Throws `BAD_OPTION` at call time.
 */
export function toReadableStream<T>(
  source: Observable<T> | AsyncIterable<T>,
  options?: ToAsyncIterableOptions,
): ReadableStream<T> {
  const iterable = isIterable(source) ? source : toAsyncIterable(source, options);
  let iterator: AsyncIterator<T> | undefined;
  return new ReadableStream<T>(
    {
      pull: async controller => {
        iterator ??= iterable[Symbol.asyncIterator]();
        const result = await iterator.next();
        if (result.done) controller.close();
        else controller.enqueue(result.value);
      },
      cancel: async () => {
        await iterator?.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function isIterable<T>(source: Observable<T> | AsyncIterable<T>): source is AsyncIterable<T> {
  return Symbol.asyncIterator in source || !isObservable(source);
}
