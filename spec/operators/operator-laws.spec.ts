import { describe, expect, it } from '@jest/globals';
import {
  asapScheduler,
  catchError,
  concat,
  delay,
  EMPTY,
  map,
  NEVER,
  Observable,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
  skip,
  startWith,
} from 'rxjs';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';

type Planted = (scheduler: SchedulerLike) => MonoTypeOperatorFunction<unknown>;

const passing = [{ n: 1 }, { n: 2 }, { n: 3 }];
const identity: MonoTypeOperatorFunction<unknown> = source => source;

/** The names of the laws that an operator breaks. */
function broken(make: Planted): string[] {
  return operatorLaws
    .filter(law => {
      try {
        return void law.check({ make, passing });
      } catch {
        return true;
      }
    })
    .map(({ name }) => name);
}

/** Subscribes like a hand-written operator that links its source too late. */
const linkedTooLate: MonoTypeOperatorFunction<unknown> = source =>
  new Observable(subscriber => {
    const inner = source.subscribe({
      next: value => subscriber.next(value),
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
    return () => inner.unsubscribe();
  });

const neverLinked: MonoTypeOperatorFunction<unknown> = source =>
  new Observable(subscriber => {
    source.subscribe({
      next: value => subscriber.next(value),
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
  });

const forgottenTimer: Planted = scheduler => source =>
  new Observable(subscriber => {
    scheduler.schedule(() => subscriber.next('late'), 5_000);
    return source.subscribe(subscriber);
  });

const sharedState: Planted = () => {
  let count = 0;
  return source => source.pipe(map(value => (++count > passing.length + 2 ? undefined : value)));
};

describe('operatorLaws', () => {
  describeLaws(operatorLaws, { make: () => identity, passing });

  it('are seven, each under its own name', () => {
    expect(new Set(operatorLaws.map(({ name }) => name)).size).toBe(7);
  });

  it.each<[string, Planted, string]>([
    ['never completes', () => source => concat(source, NEVER), 'mirrors an empty source'],
    ['starts with a value of its own', () => startWith<unknown>(0), 'mirrors an empty source'],
    ['swallows errors', () => catchError(() => EMPTY), 'passes the error of the source'],
    [
      'replaces errors',
      () =>
        catchError(() => {
          throw new Error('other');
        }),
      'passes the error of the source',
    ],
    ['delays', scheduler => delay(1, scheduler), 'passes values in order and in the same frame'],
    ['drops', () => skip(1), 'passes values in order and in the same frame'],
    [
      'copies',
      () => map(value => ({ ...(value as object) })),
      'passes values in order and in the same frame',
    ],
    ['never leaves the source', () => neverLinked, 'leaves the source when the subscriber leaves'],
    ['forgets its timer', forgottenTimer, 'leaves no scheduled action behind'],
    ['links the source too late', () => linkedTooLate, 'stops a synchronous firehose at take(1)'],
    ['shares its state', sharedState, 'keeps no state between two subscriptions'],
    ['does nothing at all', () => () => NEVER, 'mirrors an empty source'],
    ['leaves the frame', () => delay(0, asapScheduler), 'passes values in order and in the same frame'],
  ])('catch an operator that %s', (_, make, law) => {
    expect(broken(make)).toContain(law);
  });

  it('say what was expected and what was found', () => {
    const frames = operatorLaws.find(({ name }) => name.includes('same frame'));
    expect(() => frames?.check({ make: scheduler => delay<unknown>(1, scheduler), passing })).toThrow(
      'expected value 0 in frame 0, got it in frame 1',
    );
  });
});
