import { describe, expect, it, jest } from '@jest/globals';
import { NEVER, Subject, VirtualTimeScheduler } from 'rxjs';
import { heartbeat } from '../../src/operators/heartbeat.ts';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { marbles } from '../support/marbles.ts';
import { sample } from '../support/sample-events.ts';

const beatAt = (ms: number) => ({ notice: 'heartbeat', time: new Date(ms).toISOString() });

describe('heartbeat', () => {
  describeLaws(operatorLaws, {
    make: scheduler => heartbeat({ every: 5_000, scheduler }),
    passing: [sample(1), sample(2), sample(3)],
  });

  it('beats in silence only', () =>
    marbles(({ cold, expectObservable }) => {
      const values = { a: sample(1), b: sample(2), h: beatAt(5), i: beatAt(9), j: beatAt(13) };
      expectObservable(cold('-a-------------b|', values).pipe(heartbeat({ every: 4 }))).toBe(
        '-a---h---i---j-b|',
        values,
      );
      expectObservable(cold('-a--b--a--b|', values).pipe(heartbeat({ every: 4 }))).toBe(
        '-a--b--a--b|',
        values,
      );
    }));

  it('beats from the subscription on', () =>
    marbles(({ expectObservable }) => {
      expectObservable(NEVER.pipe(heartbeat({ every: 4 })), '---------!').toBe('----h---i', {
        h: beatAt(4),
        i: beatAt(8),
      });
    }));

  it('sets its timer when it rings, not at every value', () => {
    const time = new VirtualTimeScheduler(undefined, 10_000);
    const schedule = jest.spyOn(time, 'schedule');
    const source = new Subject<number>();
    const subscription = source.pipe(heartbeat({ every: 100, scheduler: time })).subscribe();
    for (let i = 0; i < 1000; i++) source.next(i);
    subscription.unsubscribe();
    expect(schedule).toHaveBeenCalledTimes(1);
  });

  it('goes on beating when the clock is set back', () => {
    const time = new VirtualTimeScheduler(undefined, 2_000);
    let offset = 0;
    const clock = { now: () => time.now() + offset, schedule: time.schedule.bind(time) };
    const seen: unknown[] = [];
    NEVER.pipe(heartbeat({ every: 100, scheduler: clock })).subscribe(beat => seen.push(beat));
    offset = -1_000_000;
    time.flush();
    expect(seen.length).toBeGreaterThan(15);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 31, '5' as unknown as number, undefined as unknown as number])(
    'refuses every: %p at call time',
    every => {
      expect(() => heartbeat({ every })).toThrow(
        expect.objectContaining({
          code: 'BAD_OPTION',
          message: expect.stringContaining('1 to 2147483647 milliseconds'),
        }),
      );
    },
  );
});
