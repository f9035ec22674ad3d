import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { from, lastValueFrom, toArray } from 'rxjs';
import type { Notice } from '../../src/event/notice.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { resumeAfter } from '../../src/operators/resume-after.ts';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { marbles } from '../support/marbles.ts';
import { sample } from '../support/sample-events.ts';

describe('resumeAfter', () => {
  describeLaws(operatorLaws, {
    make: () => resumeAfter({ cursor: 'e1.0.0' }),
    passing: [sample(1), sample(2), sample(3)],
  });

  const events = Object.fromEntries([1, 2, 3, 4, 5, 6].map(seq => [seq, sample(seq)]));
  const gap = (first: number, last: number) => ({
    ...{ notice: 'gap', runId: 'run', reason: 'trimmed' },
    ...{ from: first, to: last, cursor: `e1.${last}.0` },
  });
  const reset = (reason: string) => ({ notice: 'reset', runId: 'run', reason });
  const values = {
    ...events,
    g: gap(3, 4),
    e: reset('epoch'),
    f: reset('fork'),
    h: gap(1, 1),
    i: gap(1, 4),
    r: { notice: 'reset', runId: 'run', reason: 'gone' },
    d: { notice: 'degraded', runId: 'run', since: '' },
    x: sample(2, 'custom:x', {}, { id: 'e1.2.AAAAAAAA' }),
  };

  it.each([
    ['skips what was seen', 'e1.2.0', '-1-2-3-4|', '-----3-4|'],
    ['starts behind the cursor without a hole', 'e1.2.0', '-3-4|', '-3-4|'],
    ['skips all of a run that was read to its end', 'e1.2.0', '-1-2|', '----|'],
    ['tells a hole before the event behind it', 'e1.2.0', '-5---6|', '-(g5)6|'],
    ['tells another life of the run and gives all of it', 'e0.2.0', '-1----2|', '-(e1)-2|'],
    ['tells another life and the hole before it', 'e0.9.0', '-5-----6|', '-(ei5)-6|'],
    ['tells that the number went to another event', 'e1.2.BBBBBBBB', '-1-x-----3|', '---(fhx)-3|'],
    ['trusts a cursor without a hash', 'e1.2.0', '-1-x-3|', '-----3|'],
    ['leaves the telling to the source if that does it', 'e1.2.0', '-g-5-6|', '-g-5-6|'],
    ['clips a gap of the source to what was not seen', 'e1.2.0', '-i-5-6|', '-g-5-6|'],
    ['swallows a gap over what was seen', 'e1.4.0', '-i-5-6|', '---5-6|'],
    ['tells another life before a gap in it', 'e0.2.0', '-i---5|', '-(ei)5|'],
    ['passes the whole log after a reset of the source', 'e1.2.0', '-f-1-2-3|', '-f-1-2-3|'],
    ['passes other notices untouched', 'e1.2.0', '-d-1-2-3|', '-d-----3|'],
  ])('%s', (_, cursor, source, result) =>
    marbles(({ cold, expectObservable }) => {
      const resumed = cold<object>(source, values).pipe(resumeAfter<object>({ cursor }));
      expectObservable(resumed).toBe(result, values);
    }),
  );

  it('gives every event after the cursor or a gap that covers it, once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat({ max: 20 }),
        async (seen, first, more) => {
          const log = Array.from({ length: more }, (_, i) => sample(first + i));
          const items = await lastValueFrom(
            from(log).pipe(resumeAfter({ cursor: `e1.${seen}.0` }), toArray()),
            {
              defaultValue: [],
            },
          );
          let next = seen + 1;
          for (const item of items as (RunEvent | Notice)[]) {
            if (!('notice' in item)) expect(item.seq).toBe(next++);
            else if (item.notice === 'gap') {
              expect(item.from).toBe(next);
              next = item.to + 1;
            }
          }
          expect(next).toBe(Math.max(seen, log.at(-1)?.seq ?? 0) + 1);
        },
      ),
    );
  });

  it('refuses a malformed cursor at call time', () => {
    expect(() => resumeAfter({ cursor: '2' })).toThrow(expect.objectContaining({ code: 'BAD_CURSOR' }));
  });
});
