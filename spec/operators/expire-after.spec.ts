import { describe, expect, it } from '@jest/globals';
import { EMPTY, Subject } from 'rxjs';
import { expireAfter } from '../../src/operators/expire-after.ts';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { marbles } from '../support/marbles.ts';
import { sample } from '../support/sample-events.ts';

const expired = expect.objectContaining({ code: 'STREAM_EXPIRED' });

describe.each(['subscribe', 'activity'] as const)('expireAfter from %s', from => {
  describeLaws(operatorLaws, {
    make: scheduler => expireAfter({ ttl: 5_000, from, scheduler }),
    passing: [sample(1), sample(2), sample(3)],
  });
});

describe('expireAfter', () => {
  it('counts from the subscription', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-c-d-e-f');
      expectObservable(source.pipe(expireAfter({ ttl: 6 }))).toBe('-a-b-c#', undefined, expired);
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    }));

  it('counts from the last value', () =>
    marbles(({ cold, expectObservable }) => {
      const expiring = expireAfter<string>({ ttl: 5, from: 'activity' });
      expectObservable(cold('-a--b------c|').pipe(expiring)).toBe('-a--b----#', undefined, expired);
      expectObservable(cold('-a--b---c|').pipe(expiring)).toBe('-a--b---c|');
      expectObservable(cold('------a|').pipe(expiring)).toBe('-----#', undefined, expired);
    }));

  it('leaves a source that has ended alone', () =>
    marbles(({ expectObservable }) => {
      expectObservable(EMPTY.pipe(expireAfter({ ttl: 1 }))).toBe('|');
    }));

  it('refuses a bad ttl and a bad origin at call time', () => {
    const source = new Subject<number>();
    expect(() => source.pipe(expireAfter({ ttl: 0 }))).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }),
    );
    expect(() => expireAfter({ ttl: 1, from: 'start' as 'subscribe' })).toThrow(
      /subscribe, activity, got "start"/,
    );
  });
});
