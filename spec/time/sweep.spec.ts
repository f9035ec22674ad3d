import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Sweep } from '../../src/time/sweep.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

function make() {
  const clock = new ManualClock(1_000_000_007);
  const sweep = new Sweep(clock);
  const rung: string[] = [];
  const at = (delay: number, name = String(delay), keepAlive = false) =>
    sweep.at(clock.now() + delay, () => rung.push(name), { keepAlive });
  return { clock, sweep, rung, at };
}

const allowed = (distance: number) =>
  distance <= 1_000 ? 10 : distance <= 60_000 ? 250 : distance <= 3_600_000 ? 5_000 : 60_000;

describe('Sweep', () => {
  it('rings never early and late by at most the resolution', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 8_000_000 }), { maxLength: 30 }), delays => {
        const { clock, sweep } = make();
        const start = clock.now();
        const late = new Map<number, number>();
        delays.forEach((delay, index) =>
          sweep.at(start + delay, () => late.set(index, clock.now() - start - delay)),
        );
        clock.advance(9_000_000);
        expect(late.size).toBe(delays.length);
        for (const [index, by] of late) {
          expect(by).toBeGreaterThanOrEqual(0);
          expect(by).toBeLessThanOrEqual(allowed(delays[index]!));
        }
        expect(sweep.size).toBe(0);
        expect(clock.pending).toBe(0);
      }),
    );
  });

  it('behaves like a set of deadlines under any order of setting, cancelling and waiting', () => {
    const step = fc.oneof(
      fc.record({ set: fc.nat({ max: 100_000 }), keepAlive: fc.boolean() }),
      fc.record({ cancel: fc.nat() }),
      fc.record({ wait: fc.nat({ max: 30_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const { clock, sweep } = make();
        const open = new Map<() => void, { readonly due: number; readonly keepAlive: boolean }>();
        const cancels: (() => void)[] = [];
        for (const item of steps) {
          if ('set' in item) {
            const due = clock.now() + item.set;
            const cancel = sweep.at(due, () => open.delete(cancel), { keepAlive: item.keepAlive });
            open.set(cancel, { due, keepAlive: item.keepAlive });
            cancels.push(cancel);
          } else if ('cancel' in item) {
            const cancel = cancels[item.cancel % Math.max(cancels.length, 1)];
            cancel?.();
            if (cancel) open.delete(cancel);
          } else {
            clock.advance(item.wait);
          }
          expect(sweep.size).toBe(open.size);
          expect(clock.pending).toBeLessThanOrEqual(1);
          expect(clock.keepsAlive).toBe([...open.values()].some(({ keepAlive }) => keepAlive));
          for (const { due } of open.values()) expect(due + 5_000).toBeGreaterThan(clock.now());
        }
      }),
    );
  });

  it('rings a bucket in the order of times', () => {
    const { clock, rung, at } = make();
    at(5_050);
    at(5_010);
    at(5_030);
    at(5_010, 'second of its time');
    clock.advance(6_000);
    expect(rung).toEqual(['5010', 'second of its time', '5030', '5050']);
  });

  it('rings what is past at the next turn and not inside the call', () => {
    const { clock, rung, at } = make();
    at(-500);
    expect(rung).toEqual([]);
    clock.advance(10);
    expect(rung).toEqual(['-500']);
  });

  it('does not let one that throws stop the others', () => {
    const { clock, sweep, rung, at } = make();
    at(10, 'first');
    sweep.at(clock.now() + 11, () => {
      throw new Error('planted');
    });
    at(12, 'last');
    at(2_000, 'later');
    clock.advance(3_000);
    expect(rung).toEqual(['first', 'last', 'later']);
  });

  it('lets a ring cancel its neighbour and set another one', () => {
    const { clock, sweep, rung, at } = make();
    sweep.at(clock.now() + 1, () => {
      cancel();
      at(20, 'set while ringing');
    });
    const cancel = at(2, 'neighbour');
    clock.advance(100);
    expect(rung).toEqual(['set while ringing']);
    expect(sweep.size).toBe(0);
  });

  it('keeps the process alive only while a deadline asks for it', () => {
    const { clock, at } = make();
    at(500);
    expect(clock.keepsAlive).toBe(false);
    const cancel = at(90_000, 'work', true);
    expect(clock.keepsAlive).toBe(true);
    cancel();
    expect(clock.keepsAlive).toBe(false);
    at(800, 'short work', true);
    clock.advance(1_000);
    expect(clock.keepsAlive).toBe(false);
  });

  it('rings nothing after it was closed', () => {
    const { clock, sweep, rung, at } = make();
    const cancel = at(10, 'before');
    sweep.close();
    at(10, 'after', true);
    cancel();
    clock.advance(1_000);
    expect([rung, sweep.size, clock.pending]).toEqual([[], 0, 0]);
  });

  it('never rings at Infinity', () => {
    const { clock, sweep, rung } = make();
    sweep.at(Infinity, () => rung.push('never'));
    clock.advance(1e12);
    expect([rung, sweep.size]).toEqual([[], 1]);
  });
});
