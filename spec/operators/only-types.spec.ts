import { describe, expect, it } from '@jest/globals';
import { onlyTypes } from '../../src/operators/only-types.ts';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { marbles } from '../support/marbles.ts';
import { sample, token } from '../support/sample-events.ts';

describe('onlyTypes', () => {
  describeLaws(operatorLaws, {
    make: () => onlyTypes('chat'),
    passing: [token(1, 'a'), { notice: 'degraded' }, token(2, 'b')],
  });

  it('keeps the named types, lifecycle and everything without a type', () =>
    marbles(({ cold, expectObservable }) => {
      const values = {
        t: token(1, 'a'),
        p: sample(2, 'progress', { fraction: 0.5 }),
        s: sample(3, 'step', { name: 's' }),
        n: { notice: 'gap' },
        c: sample(5, 'complete', { durationMs: 1 }, { final: true }),
      };
      expectObservable(cold('-t-p-s-n-c|', values).pipe(onlyTypes('token'))).toBe('-t-----n-c|', values);
      expectObservable(cold('-t-p-s-n-c|', values).pipe(onlyTypes(['chat', 'progress']))).toBe(
        '-t-p-s-n-c|',
        values,
      );
      expectObservable(cold('-t-p-s-n-c|', values).pipe(onlyTypes('minimal'))).toBe('-------n-c|', values);
    }));

  it('refuses an unknown name at call time', () => {
    expect(() => onlyTypes('tokens!')).toThrow(expect.objectContaining({ code: 'BAD_FILTER' }));
  });
});
