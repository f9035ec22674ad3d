import { describe, expect, it } from '@jest/globals';
import {
  concatMap,
  delay,
  filter,
  map,
  mergeMap,
  mergeWith,
  scan,
  startWith,
  take,
  throwError,
  timer,
  toArray,
  type Observable,
} from 'rxjs';
import { onlyEvents } from '../../src/operators/only-events.ts';
import { PipedIterator } from '../../src/run/piped-iterator.ts';
import { codeOf } from '../support/code-of.ts';
import { runLab } from '../support/run-lab.ts';
import { settle } from '../support/settle.ts';

/** Numbers from 1, and how many were taken. */
class Numbers implements AsyncIterableIterator<number> {
  taken = 0;
  isReturned = false;
  readonly #last: number;

  constructor(last = Infinity) {
    this.#last = last;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async next(): Promise<IteratorResult<number>> {
    return this.taken < this.#last
      ? { done: false, value: ++this.taken }
      : { done: true, value: undefined as never };
  }

  async return(): Promise<IteratorResult<number>> {
    this.isReturned = true;
    return { done: true, value: undefined as never };
  }
}

type Operator = (source: Observable<never>) => Observable<unknown>;

function piped(numbers: Numbers, ...operators: Operator[]): PipedIterator<number, unknown> {
  return new PipedIterator(numbers, operators as never);
}

async function all(iterator: AsyncIterableIterator<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of iterator) values.push(value);
  return values;
}

describe('a source pulled through operators', () => {
  it('is taken one value at a time, as the reader asks', async () => {
    const numbers = new Numbers();
    const iterator = piped(
      numbers,
      filter((n: number) => n % 2 === 0),
    );
    await settle();
    expect(numbers.taken).toBe(0);
    expect([(await iterator.next()).value, numbers.taken]).toEqual([2, 2]);
    await settle();
    expect(numbers.taken).toBe(2);
    expect([(await iterator.next()).value, numbers.taken]).toEqual([4, 4]);
  });

  it('gives all of several values before it takes the next', async () => {
    const numbers = new Numbers(2);
    const iterator = piped(
      numbers,
      mergeMap((n: number) => [n, n, n]),
    );
    expect([(await iterator.next()).value, (await iterator.next()).value, numbers.taken]).toEqual([1, 1, 1]);
    expect(await all(iterator)).toEqual([1, 2, 2, 2]);
  });

  it('gives what operators keep to the end', async () => {
    expect(await all(piped(new Numbers(3), toArray() as Operator))).toEqual([[1, 2, 3]]);
    expect(await all(piped(new Numbers(3), scan((a: number, b: number) => a + b) as Operator))).toEqual([
      1, 3, 6,
    ]);
    expect(await all(piped(new Numbers(1), startWith(0) as Operator))).toEqual([0, 1]);
  });

  it('waits for operators with timers, also behind the end of the source', async () => {
    expect(await all(piped(new Numbers(3), delay(2) as Operator))).toEqual([1, 2, 3]);
    const one = concatMap((n: number) => timer(1).pipe(map(() => n * 10))) as Operator;
    expect(await all(piped(new Numbers(2), one))).toEqual([10, 20]);
    const late = mergeWith(timer(3).pipe(map(() => 'late'))) as Operator;
    expect(await all(piped(new Numbers(1), late))).toEqual([1, 'late']);
  });

  it('stops and leaves the source when an operator has had enough', async () => {
    for (const count of [0, 1, 2]) {
      const numbers = new Numbers();
      expect(await all(piped(numbers, take(count) as Operator))).toHaveLength(count);
      expect([numbers.isReturned, numbers.taken]).toEqual([true, count]);
    }
  });

  it('throws what an operator throws, after the values before it, once', async () => {
    const fail = map((n: number) => {
      if (n === 3) throw new Error('three');
      return n;
    }) as Operator;
    const numbers = new Numbers();
    const iterator = piped(numbers, fail);
    expect([(await iterator.next()).value, (await iterator.next()).value]).toEqual([1, 2]);
    expect(String(await codeOf(() => iterator.next()))).toBe('Error: three');
    expect((await iterator.next()).done).toBe(true);
    expect(numbers.isReturned).toBe(true);
  });

  it('throws what the source throws, and what fails at once', async () => {
    const broken = new Numbers();
    broken.next = () => Promise.reject(new Error('source'));
    expect(String(await codeOf(() => all(piped(broken, map(n => n) as Operator))))).toBe('Error: source');
    const never = (() => throwError(() => new Error('born'))) as Operator;
    expect(String(await codeOf(() => all(piped(new Numbers(), never))))).toBe('Error: born');
  });

  it('ends when return is called while a next is waiting, and forgets what was ready', async () => {
    const { run, actor } = runLab();
    actor.begin({}, 0);
    const iterator = run.pipe(onlyEvents())[Symbol.asyncIterator]();
    await iterator.next();
    const next = iterator.next();
    await settle();
    await iterator.return!();
    expect((await next).done).toBe(true);

    const numbers = new Numbers();
    const several = piped(
      numbers,
      mergeMap((n: number) => [n, n]),
    );
    await several.next();
    await several.return();
    expect((await several.next()).done).toBe(true);
    expect(numbers.isReturned).toBe(true);
  });

  it('is what for await over run.pipe does, as often as one likes', async () => {
    const { run, actor, context } = runLab();
    actor.begin({}, 0);
    for (const text of ['a', 'b', 'c']) context.token(text);
    actor.end.complete(undefined);
    const texts = run.pipe(
      onlyEvents(),
      map(event => (event.type === 'token' ? event.data.content : undefined)),
      filter(text => text !== undefined),
    );
    expect(await all(texts[Symbol.asyncIterator]() as AsyncIterableIterator<unknown>)).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(await all(texts[Symbol.asyncIterator]() as AsyncIterableIterator<unknown>)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});
