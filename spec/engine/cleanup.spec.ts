import { describe, expect, it } from '@jest/globals';
import { take } from 'rxjs';
import { createEngine } from '../../src/engine/create-engine.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { collect } from '../support/collect.ts';
import { codeOf } from '../support/code-of.ts';
import { heapUsed, LEFT_OF_10_000 } from '../support/heap-used.ts';

const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;

/** Runs of every kind of end and reader, none of which tidies up after itself. */
async function wave(
  engine: ReturnType<typeof createEngine>,
  clock: ManualClock,
  count: number,
): Promise<void> {
  for (let at = 0; at < count; at++) {
    const run = await engine.start<number>(
      ctx => {
        ctx.token('a');
        if (at % 5 === 1) throw new Error('x');
        if (at % 5 === 2) return new Promise<string>(() => undefined);
        if (at % 5 === 3) void ctx.ask('?', { timeout: 60_000 });
        return 'done';
      },
      { input: at, labels: { at: String(at) }, idempotencyKey: `k${at}`, maxDuration: 60_000, idle: 30_000 },
    );
    run.subscribe();
    run.pipe(take(1)).subscribe();
    const abandoned = run[Symbol.asyncIterator]();
    await abandoned.next();
    if (at % 7 === 0) void run.pipe(take(50))[Symbol.asyncIterator]().next();
    if (at % 5 === 2) {
      const cancelling = run.cancel();
      clock.advance(6_000);
      await cancelling;
    } else {
      await codeOf(() => run.result);
    }
  }
}

describe('10,000 runs that came and went', () => {
  it('leave heap, deadlines, alarms, watchers and timers where they were', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock, ttl: 1_000 });
    await wave(engine, clock, 1_000);
    clock.advance(10_000);
    const timersBefore = timers();
    const before = heapUsed();
    await wave(engine, clock, 10_000);
    expect(engine.stats.deadlines).toBe(0);
    // An alarm outlives the deadline it was set for, and finds nothing to do.
    clock.advance(120_000);
    const grown = heapUsed() - before;
    expect((await engine.runs.list({ limit: 1 })).runs).toEqual([]);
    expect(engine.stats).toEqual({ liveRuns: 0, observers: 0, deadlines: 0 });
    expect(clock.pending).toBe(0);
    expect(timers()).toBeLessThanOrEqual(timersBefore);
    expect(grown).toBeLessThan(LEFT_OF_10_000);
    expect(collect(engine.events('k1')).error).toMatchObject({ code: 'RUN_NOT_FOUND' });
  }, 60_000);

  it('let the process end: no alarm keeps it alive but that of a run which is stopping', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock });
    const run = await engine.start(() => new Promise(() => undefined), { idle: 1_000_000 });
    expect(clock.keepsAlive).toBe(false);
    const cancelling = run.cancel();
    expect(clock.keepsAlive).toBe(true);
    clock.advance(6_000);
    await cancelling;
    expect(clock.keepsAlive).toBe(false);
    await engine.close();
    expect(clock.pending).toBe(0);
  });
});
