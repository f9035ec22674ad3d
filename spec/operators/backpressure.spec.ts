import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EMPTY, map, NEVER, of, range, Subject, throwError, timer } from 'rxjs';
import type { GapNotice } from '../../src/event/notice.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { backpressure } from '../../src/operators/backpressure.ts';
import type { Overflow } from '../../src/operators/waiting-line.ts';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { marbles } from '../support/marbles.ts';
import { sample, token } from '../support/sample-events.ts';

type Item = RunEvent | GapNotice;

const gap = (from: number, to: number): GapNotice => ({
  ...{ notice: 'gap', runId: 'run', reason: 'overflow' },
  ...{ from, to, cursor: `e1.${to}.0` },
});

/** Plays events against a consumer that works by hand, and tells what it got. */
function play(overflow: Overflow, capacity: number) {
  const source = new Subject<object>();
  const got: object[] = [];
  const drops: number[] = [];
  let work = new Subject<never>();
  let end: unknown;
  source
    .pipe(
      backpressure(
        item => {
          got.push(item);
          return (work = new Subject<never>());
        },
        { capacity, overflow, onDrop: ({ total }) => drops.push(total) },
      ),
    )
    .subscribe({ error: (error: unknown) => (end = error), complete: () => (end = 'completed') });
  return { source, got, drops, finishOne: () => work.complete(), end: () => end };
}

describe.each<Overflow>(['drop-oldest', 'drop-newest', 'coalesce', 'error'])(
  'backpressure with %s',
  overflow => {
    describeLaws(operatorLaws, {
      make: () => backpressure((value: unknown) => of(value), { overflow, capacity: 2 }),
      passing: [sample(1), { notice: 'degraded' }, 7, sample(3)],
    });
  },
);

describe('backpressure', () => {
  it('hands on one at a time and emits what the consumer emits', () =>
    marbles(({ cold, expectObservable }) => {
      const slow = backpressure((value: unknown) => timer(4).pipe(map(() => value)), { overflow: 'error' });
      expectObservable(cold('-ab-----------|').pipe(slow)).toBe('-----a---b----|');
      expectObservable(cold('-abc|').pipe(slow)).toBe('-----a---b---(c|)');
    }));

  it('works on several at once if asked to', () =>
    marbles(({ cold, expectObservable }) => {
      const two = backpressure((value: unknown) => timer(4).pipe(map(() => value)), {
        overflow: 'error',
        concurrency: 2,
      });
      expectObservable(cold('-abc|').pipe(two)).toBe('-----ab--(c|)');
    }));

  it('drops the oldest and shows a gap in its place', () => {
    const { source, got, drops, finishOne } = play('drop-oldest', 2);
    for (let seq = 1; seq <= 6; seq++) source.next(sample(seq));
    for (let i = 0; i < 5; i++) finishOne();
    expect(got).toEqual([sample(1), gap(2, 4), sample(5), sample(6)]);
    expect(drops).toEqual([1, 2, 3]);
  });

  it('drops the newest and shows a gap behind what was kept', () => {
    const { source, got, finishOne, end } = play('drop-newest', 2);
    for (let seq = 1; seq <= 6; seq++) source.next(sample(seq));
    finishOne();
    source.next(sample(7));
    source.complete();
    for (let i = 0; i < 5; i++) finishOne();
    expect(got).toEqual([sample(1), sample(2), sample(3), gap(4, 6), sample(7)]);
    expect(end()).toBe('completed');
  });

  it('shows a loss at the very end before it completes', () => {
    const { source, got, finishOne, end } = play('drop-newest', 1);
    for (let seq = 1; seq <= 4; seq++) source.next(sample(seq));
    source.complete();
    for (let i = 0; i < 3; i++) finishOne();
    expect(got).toEqual([sample(1), sample(2), gap(3, 4)]);
    expect(end()).toBe('completed');
  });

  it('never drops final events and notices', () => {
    for (const overflow of ['drop-oldest', 'drop-newest', 'coalesce'] as const) {
      const { source, got, finishOne } = play(overflow, 1);
      const degraded = { notice: 'degraded', runId: 'run' };
      const final = sample(4, 'complete', { durationMs: 1 }, { final: true });
      for (const item of [sample(1), sample(2), degraded, sample(3), final]) source.next(item);
      for (let i = 0; i < 9; i++) finishOne();
      expect(got).toContain(degraded);
      expect(got.at(-1)).toBe(final);
    }
  });

  it('fails when there is no room even for what it must not drop', () => {
    const { source, end } = play('drop-oldest', 1);
    for (let i = 0; i < 70; i++) source.next({ notice: 'degraded', runId: 'run' });
    expect(end()).toEqual(expect.objectContaining({ code: 'BUFFER_OVERFLOW' }));
  });

  it('joins waiting tokens of one message without loss, and drops the oldest where that is not enough', () => {
    const { source, got, finishOne, drops } = play('coalesce', 2);
    for (let seq = 1; seq <= 9; seq++) source.next(token(seq, `${seq}`));
    source.next(token(10, 'x', { messageId: 'm2' }));
    source.next(sample(11));
    for (let i = 0; i < 5; i++) finishOne();
    expect(got).toEqual([token(1, '1'), gap(2, 9), token(10, 'x', { messageId: 'm2' }), sample(11)]);
    expect(drops).toEqual([1]);
  });

  it('counts what was joined or left out before it into a gap', () => {
    const { source, got, finishOne } = play('drop-oldest', 1);
    for (const seq of [1, 5, 9]) source.next(sample(seq));
    for (let i = 0; i < 5; i++) finishOne();
    expect(got).toEqual([sample(1), gap(2, 5), sample(9)]);
  });

  it('keeps joined tokens bounded', () => {
    const { source, got, finishOne } = play('coalesce', 2);
    for (let seq = 1; seq <= 40; seq++) source.next(token(seq, 'x'.repeat(10_000)));
    for (let i = 0; i < 9; i++) finishOne();
    const longest = Math.max(
      ...got.map(item => (item as { data?: { content: string } }).data?.content.length ?? 0),
    );
    expect(longest).toBe(60_000);
  });

  it('fails with BUFFER_OVERFLOW if that is the rule', () => {
    const { source, end } = play('error', 2);
    for (let seq = 1; seq <= 3; seq++) source.next(sample(seq));
    expect(end()).toBeUndefined();
    source.next(sample(4));
    expect(end()).toEqual(expect.objectContaining({ code: 'BUFFER_OVERFLOW', retryable: true }));
  });

  it('passes errors of the consumer, thrown or sent, and stops everything', () => {
    for (const project of [
      () => throwError(() => new Error('fault')),
      () => {
        throw new Error('fault');
      },
    ]) {
      const source = new Subject<number>();
      let error: unknown;
      source
        .pipe(backpressure(project, { overflow: 'error' }))
        .subscribe({ error: (fault: unknown) => (error = fault) });
      source.next(1);
      expect(error).toEqual(new Error('fault'));
      expect(source.observed).toBe(false);
    }
  });

  it('leaves the consumer when the subscriber leaves', () => {
    const work = new Subject<never>();
    const subscription = of(1)
      .pipe(backpressure(() => work, { overflow: 'error' }))
      .subscribe();
    expect(work.observed).toBe(true);
    subscription.unsubscribe();
    expect(work.observed).toBe(false);
  });

  it('does not grow the stack or the subscription with the number of values', () => {
    let done = false;
    range(0, 200_000)
      .pipe(backpressure(() => EMPTY, { overflow: 'error' }))
      .subscribe({ complete: () => (done = true) });
    expect(done).toBe(true);
    const { source, finishOne, got } = play('drop-newest', 100_000);
    for (let i = 0; i < 1_000; i++) source.next({ i });
    for (let i = 0; i < 1_000; i++) finishOne();
    expect(got).toHaveLength(1_000);
  });

  it('serves a long line of quick work without a deep stack', () => {
    const first = new Subject<never>();
    const source = new Subject<number>();
    let seen = 0;
    source
      .pipe(backpressure(() => (seen++ === 0 ? first : EMPTY), { overflow: 'error', capacity: 100_000 }))
      .subscribe();
    for (let i = 0; i <= 100_000; i++) source.next(i);
    first.complete();
    expect(seen).toBe(100_001);
  });

  it('merges the losses of each run, however they interleave', () => {
    const { source, got, finishOne } = play('drop-newest', 1);
    const other = (seq: number) => sample(seq, 'custom:x', {}, { runId: 'other', id: `e2.${seq}.0` });
    source.next(sample(1));
    source.next(sample(2));
    for (let seq = 3; seq <= 50; seq++) {
      source.next(sample(seq));
      source.next(other(seq));
    }
    for (let i = 0; i < 5; i++) finishOne();
    expect(got.slice(2)).toEqual([gap(3, 50), { ...gap(3, 50), runId: 'other', cursor: 'e2.50.0' }]);
  });

  it('tells every event once: as itself or in a gap, in order, whatever the rhythm', () => {
    const rhythm = fc.array(fc.constantFrom<('event' | 'token' | 'work')[]>('event', 'token', 'work'), {
      maxLength: 60,
    });
    const rules = fc.constantFrom<Overflow[]>('drop-oldest', 'drop-newest', 'coalesce');
    fc.assert(
      fc.property(rhythm, rules, fc.integer({ min: 1, max: 4 }), (moves, overflow, capacity) => {
        const { source, got, drops, finishOne, end } = play(overflow, capacity);
        let sent = 0;
        for (const move of moves) {
          if (move === 'work') finishOne();
          else source.next(move === 'event' ? sample(++sent) : token(++sent, `${sent} `));
        }
        source.complete();
        for (let i = 0; i < 200; i++) finishOne();
        expect(end()).toBe('completed');
        let next = 1;
        let lost = 0;
        for (const item of got as Item[]) {
          if ('notice' in item) {
            expect(item.from).toBe(next);
            lost += 1;
            next = item.to + 1;
          } else {
            const told = item.type === 'token' ? item.data.content.trim().split(' ').map(Number) : [item.seq];
            expect(told).toEqual(told.map((_, i) => next + i));
            next += told.length;
            expect(item.seq).toBe(next - 1);
          }
        }
        expect(next).toBe(sent + 1);
        expect(drops.length).toBeGreaterThanOrEqual(lost);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses bad options at call time', () => {
    expect(() => backpressure(() => NEVER, { overflow: 'block' as 'error' })).toThrow(
      /drop-oldest.*got "block"/,
    );
    expect(() => backpressure(() => NEVER, { overflow: 'error', capacity: 0 })).toThrow(
      /1 to 1000000 values, got 0/,
    );
    expect(() => backpressure(() => NEVER, { overflow: 'error', concurrency: 0 })).toThrow(/concurrency/);
  });
});
