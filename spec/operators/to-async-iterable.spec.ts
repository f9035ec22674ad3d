import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { concat, EMPTY, Observable, of, range, Subject, throwError } from 'rxjs';
import { toAsyncIterable } from '../../src/operators/to-async-iterable.ts';

async function collect<T>(iterable: AsyncIterable<T>, most = Number.POSITIVE_INFINITY): Promise<T[]> {
  const all: T[] = [];
  for await (const value of iterable) {
    all.push(value);
    if (all.length >= most) break;
  }
  return all;
}

describe('toAsyncIterable', () => {
  it('gives the values in order and ends', async () => {
    expect(await collect(toAsyncIterable(range(1, 1000)))).toEqual(
      Array.from({ length: 1000 }, (_, i) => i + 1),
    );
    expect(await collect(toAsyncIterable(EMPTY))).toEqual([]);
  });

  it('subscribes at the first next, once per iterator', async () => {
    let subscriptions = 0;
    const source = new Observable<number>(subscriber => {
      subscriptions++;
      subscriber.next(1);
      subscriber.complete();
    });
    const iterable = toAsyncIterable(source);
    const iterator = iterable[Symbol.asyncIterator]();
    expect(subscriptions).toBe(0);
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(await collect(iterable)).toEqual([1]);
    expect(subscriptions).toBe(2);
  });

  it('answers in order when several wait', async () => {
    const source = new Subject<number>();
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
    const answers = Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    source.next(1);
    source.next(2);
    source.complete();
    expect(await answers).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
    ]);
  });

  it('leaves the source at break, also a synchronous one, and ends what waits', async () => {
    const source = new Subject<number>();
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
    const waiting = iterator.next();
    expect(source.observed).toBe(true);
    expect(await iterator.return!()).toEqual({ done: true, value: undefined });
    expect(source.observed).toBe(false);
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(await collect(toAsyncIterable(range(0, 10)), 3)).toEqual([0, 1, 2]);
  });

  it('never subscribes after return', async () => {
    const source = new Subject<number>();
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
    await iterator.return!();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(source.observed).toBe(false);
  });

  it('gives what came before an error, then the error, then the end', async () => {
    const iterator = toAsyncIterable(
      concat(
        of(1),
        throwError(() => new Error('fault')),
      ),
    )[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    await expect(iterator.next()).rejects.toThrow('fault');
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('is bounded: gives what it kept, then BUFFER_OVERFLOW, and has left the source', async () => {
    let pulled = 0;
    const firehose = new Observable<number>(subscriber => {
      while (!subscriber.closed && pulled < 1000) subscriber.next(++pulled);
    });
    const got: number[] = [];
    const reading = (async () => {
      for await (const value of toAsyncIterable(firehose, { capacity: 3 })) got.push(value);
    })();
    await expect(reading).rejects.toEqual(expect.objectContaining({ code: 'BUFFER_OVERFLOW' }));
    // The first went to the reader that waited; three were kept; the next one was too many.
    expect(got).toEqual([1, 2, 3, 4]);
    expect(pulled).toBe(5);
  });

  it('gives every value once, whatever the rhythm of reading and writing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), async moves => {
        const source = new Subject<number>();
        const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
        const reads = [iterator.next()];
        let sent = 0;
        for (const write of moves) {
          if (write) source.next(++sent);
          else reads.push(iterator.next());
        }
        source.complete();
        while (reads.length <= sent) reads.push(iterator.next());
        const values = (await Promise.all(reads))
          .filter(({ done }) => !done)
          .map(({ value }) => value as number);
        expect(values).toEqual(Array.from({ length: sent }, (_, i) => i + 1));
      }),
    );
  });

  it('refuses bad options at call time', () => {
    expect(() => toAsyncIterable(EMPTY, { capacity: 0 })).toThrow(/1 to 1000000 values, got 0/);
    expect(() => toAsyncIterable(EMPTY, { overflow: 'drop' as 'error' })).toThrow(/expected one of error/);
  });
});
