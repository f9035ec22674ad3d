import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { runLab } from '../support/run-lab.ts';

const endOf = (seen: ReturnType<typeof collect>) => seen.events.at(-1)!;

describe('how long a run may take', () => {
  it('ends one that worked too long: its signal fires, and after its grace it is over', async () => {
    const { actor, run, context, clock, sweep } = runLab({ maxDuration: 60_000, grace: 5_000 });
    const seen = collect(run);
    actor.begin({}, 0, () => new Promise(() => undefined));
    const { signal } = context;
    clock.advance(59_000);
    expect(signal.aborted).toBe(false);
    clock.advance(2_000);
    expect([signal.aborted, (signal.reason as { code: string }).code, run.status]).toEqual([
      true,
      'MAX_DURATION',
      'running',
    ]);
    clock.advance(6_000);
    expect(broken(seen)).toBeUndefined();
    expect(endOf(seen)).toMatchObject({ type: 'error', data: { code: 'MAX_DURATION', recoverable: false } });
    expect([await codeOf(() => run.result), actor.end.wasForced, sweep.size]).toEqual([
      'RUN_FAILED',
      true,
      0,
    ]);
  });

  it('counts no time that is spent waiting for people', async () => {
    const { actor, run, context, clock } = runLab({ maxDuration: 60_000 });
    const seen = collect(run);
    actor.begin({}, 0);
    for (let round = 0; round < 3; round++) {
      clock.advance(19_000);
      void context.ask('?');
      clock.advance(3_600_000);
      const askId = (seen.events.findLast(({ type }) => type === 'ask')!.data as { askId: string }).askId;
      actor.work.answer(askId, 1, undefined);
    }
    expect(actor.stopping.stop).toBeUndefined();
    clock.advance(2_000);
    expect(actor.stopping.stop).toBeUndefined();
    clock.advance(2_000);
    expect(actor.stopping.stop).toMatchObject({ code: 'MAX_DURATION' });
  });

  it('ends one that said nothing for too long; what it says counts from then', () => {
    const { actor, run, context, clock } = runLab({ idle: 10_000, idleCode: 'PRODUCER_SILENT', grace: 0 });
    const seen = collect(run);
    actor.begin({}, 0);
    for (let round = 0; round < 10; round++) {
      clock.advance(9_000);
      context.token('still here');
    }
    expect(actor.stopping.stop).toBeUndefined();
    clock.advance(11_000);
    expect(endOf(seen)).toMatchObject({ type: 'error', data: { code: 'PRODUCER_SILENT' } });
  });

  it('lets nobody be silent too long while it waits for a person', () => {
    const { actor, run, context, clock } = runLab({ idle: 10_000 });
    const seen = collect(run);
    actor.begin({}, 0);
    void context.ask('?');
    clock.advance(3_600_000);
    expect(actor.stopping.stop).toBeUndefined();
    const askId = (seen.events[1]!.data as { askId: string }).askId;
    actor.work.answer(askId, 1, undefined);
    clock.advance(9_000);
    expect(actor.stopping.stop).toBeUndefined();
    clock.advance(2_000);
    expect(actor.stopping.stop).toMatchObject({ code: 'IDLE_TIMEOUT' });
  });

  it('leaves no deadline behind, however it ends', () => {
    for (const end of [
      (lab: ReturnType<typeof runLab>) => lab.actor.end.complete(1),
      (lab: ReturnType<typeof runLab>) => lab.actor.end.fail(new Error('x')),
      (lab: ReturnType<typeof runLab>) => {
        lab.actor.stopping.request({ end: 'cancelled', reason: undefined });
        lab.actor.end.complete(1);
      },
    ]) {
      const lab = runLab({ maxDuration: 1_000, idle: 1_000 });
      lab.actor.begin({}, 0);
      expect(lab.sweep.size).toBe(2);
      end(lab);
      expect(lab.sweep.size).toBe(0);
      // The backend's own deadline, of the run's TTL, goes too.
      lab.clock.advance(2 * 3_600_000);
      expect([lab.clock.pending, lab.clock.keepsAlive]).toEqual([0, false]);
    }
  });
});
