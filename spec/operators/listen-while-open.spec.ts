import { describe, expect, it } from '@jest/globals';
import { Observable, of, Subject, throwError } from 'rxjs';
import { type Listener, listenWhileOpen } from '../../src/operators/listen-while-open.ts';

function listening(source: Observable<number>, listener: Partial<Listener<number>>) {
  const told: unknown[] = [];
  const subscription = new Observable<number>(subscriber => {
    listenWhileOpen(subscriber)(source, {
      next: value => subscriber.next(value),
      complete: () => told.push('completed'),
      ...listener,
    });
  }).subscribe({ next: value => told.push(value), error: (error: unknown) => told.push(error) });
  return { told, subscription };
}

const fault = (what: string) => () => {
  throw new Error(what);
};

describe('listenWhileOpen', () => {
  it('does not take leaving for the end of the source', () => {
    const source = new Subject<number>();
    const { told, subscription } = listening(source, {});
    subscription.unsubscribe();
    expect(told).toEqual([]);
    expect(source.observed).toBe(false);
  });

  it('gives what listeners throw to the subscriber', () => {
    expect(listening(of(1), { next: fault('next') }).told).toEqual([new Error('next')]);
    expect(listening(of(1), { complete: fault('complete') }).told).toEqual([1, new Error('complete')]);
    const failing = throwError(() => new Error('source'));
    expect(listening(failing, { error: fault('error') }).told).toEqual([new Error('error')]);
    expect(listening(failing, {}).told).toEqual([new Error('source')]);
  });
});
