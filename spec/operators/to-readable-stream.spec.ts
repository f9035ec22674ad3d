import { describe, expect, it } from '@jest/globals';
import { range, Subject, throwError } from 'rxjs';
import { toReadableStream } from '../../src/operators/to-readable-stream.ts';

async function readAll<T>(stream: ReadableStream<T>): Promise<T[]> {
  const all: T[] = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return all;
    all.push(value);
  }
}

describe('toReadableStream', () => {
  it('streams an observable and an async iterable', async () => {
    async function* numbers() {
      yield* [1, 2, 3];
    }
    expect(await readAll(toReadableStream(range(1, 3)))).toEqual([1, 2, 3]);
    expect(await readAll(toReadableStream(numbers()))).toEqual([1, 2, 3]);
  });

  it('pulls an async iterable no faster than it is read', async () => {
    let made = 0;
    async function* numbers() {
      while (made < 100) yield ++made;
    }
    const reader = toReadableStream(numbers()).getReader();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(made).toBe(0);
    await reader.read();
    await reader.read();
    expect(made).toBe(2);
    await reader.cancel();
  });

  it('cancel leaves an observable and returns from an iterable', async () => {
    const source = new Subject<number>();
    const reader = toReadableStream(source).getReader();
    const read = reader.read();
    while (!source.observed) await Promise.resolve();
    source.next(1);
    expect(await read).toEqual({ done: false, value: 1 });
    expect(source.observed).toBe(true);
    await reader.cancel();
    expect(source.observed).toBe(false);

    let returned = false;
    async function* numbers() {
      try {
        for (;;) yield 1;
      } finally {
        returned = true;
      }
    }
    const other = toReadableStream(numbers()).getReader();
    await other.read();
    await other.cancel();
    expect(returned).toBe(true);
  });

  it('touches no source that is cancelled before it is read', async () => {
    const source = new Subject<number>();
    await toReadableStream(source).cancel();
    expect(source.observed).toBe(false);
  });

  it('passes errors, and BUFFER_OVERFLOW beyond its capacity', async () => {
    await expect(readAll(toReadableStream(throwError(() => new Error('fault'))))).rejects.toThrow('fault');
    await expect(readAll(toReadableStream(range(1, 10), { capacity: 2 }))).rejects.toEqual(
      expect.objectContaining({ code: 'BUFFER_OVERFLOW' }),
    );
    expect(() => toReadableStream(range(1, 10), { capacity: 0 })).toThrow(/BAD_OPTION|1 to 1000000/);
  });
});
