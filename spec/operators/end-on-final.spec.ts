import { describe, expect, it } from '@jest/globals';
import { endOnFinal, endOnFinalStep } from '../../src/operators/end-on-final.ts';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { marbles } from '../support/marbles.ts';
import { sample } from '../support/sample-events.ts';

describe('endOnFinal', () => {
  describeLaws(operatorLaws, { make: () => endOnFinal(), passing: [sample(1), sample(2), sample(3)] });

  const values = { a: sample(1), b: sample(2), F: sample(3, 'complete', { durationMs: 1 }, { final: true }) };

  it('completes with the final event and leaves the source', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('-a-b-F-a-', values);
      expectObservable(source.pipe(endOnFinal())).toBe('-a-b-(F|)', values);
      expectSubscriptions(source.subscriptions).toBe('^----!');
    }));

  it('as a step lets nothing pass behind the end, and ends once', () => {
    const written: unknown[] = [];
    const step = endOnFinalStep<object>()({
      next: value => written.push(value),
      complete: () => written.push('end'),
    });
    for (const value of [values.a, values.F, values.b]) step.next(value);
    step.complete();
    expect(written).toEqual([values.a, values.F, 'end']);
  });
});
