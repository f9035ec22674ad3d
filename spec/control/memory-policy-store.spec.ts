import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { IdleMap } from '../../src/control/idle-map.ts';
import { memoryPolicyStore } from '../../src/control/memory-policy-store.ts';
import type { Bucket } from '../../src/control/policy-store.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { policyStoreLaws } from '../../src/testing/policy-store-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';

describe('memoryPolicyStore', () => {
  const clock = new ManualClock();
  describeLaws(policyStoreLaws, {
    shared: false,
    open: () => memoryPolicyStore({ clock }),
    advance: ms => clock.advance(ms),
  });

  it('closes a circuit whose rules ask for less than has succeeded by now', async () => {
    const store = memoryPolicyStore({ clock });
    const rules = { failures: 1, within: 1_000, cooldown: 100, halfOpen: 3 };
    await store.report('a', rules, { outcome: 'failed' });
    clock.advance(100);
    expect(await store.admit('a', rules)).toEqual({ state: 'trial', trial: 1 });
    await store.report('a', rules, { outcome: 'succeeded', trial: 1 });
    expect(await store.admit('a', { ...rules, halfOpen: 1 })).toEqual({ state: 'closed' });
  });
});

describe('take', () => {
  const storeOf = (keys?: number) => {
    const clock = new ManualClock();
    const store = memoryPolicyStore({ clock, keys });
    const take = (key: string, bucket: Bucket, patience = 0): number =>
      store.take(key, bucket, patience) as number;
    return { clock, take };
  };

  it('gives no more than a bucket can, whoever asks when', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 500 })), {
      maxLength: 60,
    });
    const buckets = fc.record({
      limit: fc.integer({ min: 1, max: 7 }),
      per: fc.integer({ min: 1, max: 1_000 }),
      burst: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(steps, buckets, (asked, bucket) => {
        const { clock, take } = storeOf();
        const given: number[] = [];
        for (const [pause, patience] of asked) {
          clock.advance(pause);
          const wait = take('a', bucket, patience);
          if (wait <= patience) given.push(clock.now() + wait);
        }
        // Between any two there is room for as many as came, but for the burst and for waits in whole milliseconds.
        for (let from = 0; from < given.length; from++) {
          for (let to = from + 1; to < given.length; to++) {
            const span = given[to]! - given[from]! + 1;
            const most = bucket.burst + (span * bucket.limit) / bucket.per;
            expect(to - from + 1).toBeLessThanOrEqual(most + 1e-6);
          }
        }
      }),
    );
  });

  it('forgets the key that was unused for longest, where there are too many', () => {
    const { take } = storeOf(2);
    const bucket = { limit: 1, per: 1_000, burst: 1 };
    for (const key of ['a', 'b', 'c']) take(key, bucket);
    expect(['b', 'c', 'a'].map(key => take(key, bucket))).toEqual([1_000, 1_000, 0]);
  });

  it.each([0, 1.5, 1e9])('refuses %j keys', keys => {
    expect(() => memoryPolicyStore({ keys })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});

describe('IdleMap', () => {
  it('shrinks while it is used, without a timer', () => {
    const map = new IdleMap<number>(1_000);
    for (let at = 0; at < 100; at++) map.set(`old${at}`, at, { now: 0, idleAt: 10 });
    expect([map.get('old5', 9), map.get('old5', 10)]).toEqual([5, undefined]);
    for (let at = 0; at < 60; at++) map.set(`new${at}`, at, { now: 20, idleAt: 100 });
    expect(map.size).toBe(60);
  });
});
