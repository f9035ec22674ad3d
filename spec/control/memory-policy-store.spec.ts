import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { IdleMap } from '../../src/control/idle-map.ts';
import { memoryPolicyStore } from '../../src/control/memory-policy-store.ts';
import type { Admission, Bucket, CircuitRules } from '../../src/control/policy-store.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

describe('take', () => {
  const storeOf = (keys?: number) => {
    const clock = new ManualClock();
    const store = memoryPolicyStore({ clock, keys });
    const take = (key: string, bucket: Bucket, patience = 0): number =>
      store.take(key, bucket, patience) as number;
    return { clock, take };
  };

  it('gives a burst at once, then one at a time', () => {
    const { clock, take } = storeOf();
    const bucket = { limit: 10, per: 1_000, burst: 3 };
    expect([1, 2, 3, 4, 5].map(() => take('a', bucket))).toEqual([0, 0, 0, 100, 100]);
    clock.advance(100);
    expect([take('a', bucket), take('a', bucket)]).toEqual([0, 100]);
    clock.advance(10_000);
    expect([1, 2, 3, 4].map(() => take('a', bucket))).toEqual([0, 0, 0, 100]);
    expect(take('b', bucket)).toBe(0);
  });

  it('reserves for those who have patience, one behind the other', () => {
    const { clock, take } = storeOf();
    const bucket = { limit: 1, per: 100, burst: 1 };
    expect([1, 2, 3, 4].map(() => take('a', bucket, 250))).toEqual([0, 100, 200, 300]);
    clock.advance(200);
    expect(take('a', bucket, 0)).toBe(100);
  });

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

describe('a circuit', () => {
  const rules: CircuitRules = { failures: 2, within: 1_000, cooldown: 500, halfOpen: 1 };
  const circuitOf = (more: Partial<CircuitRules> = {}) => {
    const clock = new ManualClock();
    const store = memoryPolicyStore({ clock });
    const all = { ...rules, ...more };
    return {
      clock,
      admit: () => store.admit('a', all) as Admission,
      report: (outcome: 'succeeded' | 'failed' | 'dropped', trial?: number) =>
        void store.report('a', all, { outcome, trial }),
    };
  };
  const opened = (more: Partial<CircuitRules> = {}) => {
    const circuit = circuitOf(more);
    circuit.report('failed');
    circuit.report('failed');
    return circuit;
  };

  it('opens after enough failures in time, and not before', () => {
    const { clock, admit, report } = circuitOf();
    report('failed');
    clock.advance(1_000);
    report('failed');
    report('succeeded');
    report('dropped');
    expect(admit()).toEqual({ state: 'closed' });
    clock.advance(999);
    report('failed');
    expect(admit()).toEqual({ state: 'open', wait: 500 });
  });

  it('lets a call try after a while, and one only', () => {
    const { clock, admit } = opened();
    clock.advance(499);
    expect(admit()).toEqual({ state: 'open', wait: 1 });
    clock.advance(1);
    expect(admit()).toEqual({ state: 'trial', trial: 1 });
    clock.advance(100);
    expect(admit()).toEqual({ state: 'open', wait: 400 });
  });

  it('closes when the trials succeed, and opens again when one fails', () => {
    const { clock, admit, report } = opened({ halfOpen: 2 });
    clock.advance(500);
    expect([admit(), admit(), admit()].map(({ state }) => state)).toEqual(['trial', 'trial', 'open']);
    report('succeeded', 1);
    expect(admit().state).toBe('open');
    report('failed', 1);
    expect(admit()).toEqual({ state: 'open', wait: 500 });
    clock.advance(500);
    admit();
    admit();
    report('succeeded', 2);
    report('succeeded', 2);
    expect(admit()).toEqual({ state: 'closed' });
    report('failed');
    expect(admit()).toEqual({ state: 'closed' });
  });

  it('gives a trial back that was dropped, or whose outcome nobody told', () => {
    const { clock, admit, report } = opened();
    clock.advance(500);
    admit();
    report('dropped', 1);
    expect(admit().state).toBe('trial');
    clock.advance(500);
    expect(admit().state).toBe('trial');
  });

  it('hears nothing from calls of before', () => {
    const { clock, admit, report } = opened();
    report('succeeded');
    expect(admit().state).toBe('open');
    clock.advance(500);
    admit();
    report('failed');
    report('succeeded', 0);
    expect(admit().state).toBe('open');
    report('succeeded', 1);
    expect(admit().state).toBe('closed');
  });
});

describe('an account', () => {
  it('adds, refuses what is over, and begins anew', () => {
    const clock = new ManualClock();
    const store = memoryPolicyStore({ clock });
    const terms = { within: 1_000 };
    const limits = { tokens: 10, calls: 2 };
    void store.spend('a', { tokens: 9 }, terms);
    clock.advance(900);
    expect(store.spend('a', { calls: 1 }, { ...terms, limits })).toEqual({ totals: { tokens: 9, calls: 1 } });
    expect(store.spend('a', { calls: 2 }, { ...terms, limits })).toMatchObject({ over: 'calls' });
    void store.spend('a', { tokens: 5 }, terms);
    expect(store.spend('a', {}, { ...terms, limits })).toEqual({
      ...{ totals: { tokens: 14, calls: 1 }, over: 'tokens' },
    });
    expect(store.spend('a', { calls: -5 }, terms)).toEqual({ totals: { tokens: 14, calls: 0 } });
    clock.advance(100);
    expect(store.spend('a', {}, { ...terms, limits })).toEqual({ totals: {} });
    void store.spend('a', { tokens: 1 }, terms);
    void store.forget('a');
    expect(store.spend('a', {}, terms)).toEqual({ totals: {} });
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
