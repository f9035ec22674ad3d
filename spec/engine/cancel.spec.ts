import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { RunContext } from '../../src/run/context.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { settle, until } from '../support/settle.ts';
import { Floodgate, slowBackend } from '../support/slow-backend.ts';

const anything = (value: unknown) => value as never;

function engineOf(more: Parameters<typeof createEngine>[0] = {}) {
  const clock = new ManualClock();
  return { clock, engine: createEngine({ clock, ...more }) };
}

/** Works until its signal fires, cleans up, and returns as if nothing had been. */
const obedient = (ctx: RunContext) =>
  new Promise<string>(resolve =>
    ctx.signal.addEventListener('abort', () => {
      ctx.token('cleaning up');
      resolve('done anyway');
    }),
  );
const deaf = () => new Promise<string>(() => undefined);

describe('cancel', () => {
  it('fires the signal and lets the agent clean up; what it returns then does not count', async () => {
    const { engine } = engineOf();
    const run = await engine.start(obedient);
    const seen = collect(run);
    await settle();
    await run.cancel('enough');
    expect(broken(seen)).toBeUndefined();
    expect(seen.types).toEqual(['started', 'token', 'cancelled']);
    expect(seen.events.at(-1)!.data).toEqual({ reason: 'enough' });
    expect([run.status, await codeOf(() => run.result)]).toEqual(['cancelled', 'RUN_CANCELLED']);
    expect(await engine.runs.get(run.id)).toMatchObject({ status: 'cancelled', reason: 'enough' });
    expect(engine.stats).toEqual({ liveRuns: 0, observers: 0, deadlines: 0 });
  });

  it('ends an agent that does not stop when its grace is over; what it says later is counted', async () => {
    const { engine, clock } = engineOf({ grace: 3_000 });
    let context!: RunContext;
    const run = await engine.start(ctx => {
      context = ctx;
      return deaf();
    });
    const seen = collect(run);
    await settle();
    const cancelling = run.cancel();
    clock.advance(2_900);
    expect(run.status).toBe('running');
    clock.advance(500);
    await cancelling;
    expect(seen.events.at(-1)).toMatchObject({ type: 'cancelled', data: { forced: true }, final: true });
    context.token('still here');
    context.warn('really');
    expect(await context.emit('step', { name: 'x' })).toEqual({ outcome: 'ended' });
    expect(await codeOf(() => context.ask('?'))).toBe('RUN_CANCELLED');
    await context.drained();
    expect(broken(seen)).toBeUndefined();
    expect(broken(collect(run))).toBeUndefined();
  });

  it('wins over a return, a failure and a final error that are still waiting to be stored', async () => {
    for (const end of [() => 'done', () => Promise.reject(new Error('x'))]) {
      const gate = new Floodgate();
      const { engine } = engineOf({ backend: slowBackend({ append: gate.pace }) });
      const run = await engine.start(end);
      const seen = collect(run);
      await settle();
      const cancelling = run.cancel('first');
      gate.open();
      await cancelling;
      expect(seen.types).toEqual(['started', 'cancelled']);
      expect(seen.events[1]!.data).toEqual({ reason: 'first' });
    }
  });

  it('comes too late once the end is on its way to the log', async () => {
    const gate = new Floodgate();
    const { engine } = engineOf({ backend: slowBackend({ append: gate.pace }) });
    const run = await engine.start(() => 'done');
    const seen = collect(run);
    await settle();
    gate.release();
    await settle();
    const cancelling = codeOf(() => run.cancel());
    gate.open();
    expect(await cancelling).toBe('RUN_ENDED');
    expect([broken(seen), seen.types, await run.result]).toEqual([
      undefined,
      ['started', 'complete'],
      'done',
    ]);
    expect(engine.stats.deadlines).toBe(0);
  });

  it('twice is once, and the first reason stands', async () => {
    const { engine, clock } = engineOf();
    const run = await engine.start(deaf);
    expect(await engine.runs.cancel(run.id, { reason: 'first' })).toBe('requested');
    expect(await engine.runs.cancel(run.id, { reason: 'second' })).toBe('requested');
    clock.advance(6_000);
    expect(await engine.runs.cancel(run.id)).toBe('cancelled');
    await run.cancel();
    expect((await engine.runs.get(run.id)).reason).toBe('first');
  });

  it('of a run that ended otherwise is RUN_ENDED, and nobody must listen', async () => {
    const { engine } = engineOf();
    const run = await engine.start(() => 1);
    await run.result;
    void run.cancel();
    await settle();
    expect(await codeOf(() => run.cancel())).toBe('RUN_ENDED');
    expect(await codeOf(() => engine.runs.cancel(run.id))).toBe('RUN_ENDED');
  });

  it.each(['nobody', '../x', '__proto__', 'a\u0000'])('of %j is RUN_NOT_FOUND', async id => {
    const { engine } = engineOf();
    expect(await codeOf(() => engine.runs.cancel(id))).toBe('RUN_NOT_FOUND');
    expect(await codeOf(() => engine.runs.delete(id))).toBe('RUN_NOT_FOUND');
    expect(await codeOf(() => engine.runs.get(id))).toBe('RUN_NOT_FOUND');
    expect(await codeOf(() => engine.runs.answer(id, 'a', { value: 1 }))).toBe('RUN_NOT_FOUND');
    expect(await codeOf(() => engine.runs.checkpoint(id))).toBe('RUN_NOT_FOUND');
  });

  it.each([5, {}, null])('for no reason that is one (%j) is refused, and the run goes on', async reason => {
    const { engine } = engineOf();
    const run = await engine.start(obedient);
    expect(await codeOf(() => run.cancel(anything(reason)))).toBe('BAD_OPTION');
    expect(await codeOf(() => engine.runs.cancel(run.id, { reason: anything(reason) }))).toBe('BAD_OPTION');
    expect(run.status).toBe('running');
    await settle();
    await run.cancel();
  });

  it('does not follow from viewers that leave', async () => {
    const { engine } = engineOf();
    let finish!: () => void;
    const run = await engine.start(() => new Promise<string>(resolve => (finish = () => resolve('done'))));
    await settle();
    run.subscribe().unsubscribe();
    for await (const item of run) if (item) break;
    finish();
    expect(await run.result).toBe('done');
  });
});

describe('delete', () => {
  it('asks a run that lives to stop, and erases one that has ended', async () => {
    const { engine } = engineOf();
    const run = await engine.start(obedient);
    await settle();
    expect(await engine.runs.delete(run.id)).toBe('requested');
    await until(() => run.status === 'cancelled');
    expect(await engine.runs.delete(run.id)).toBe('erased');
    expect(await codeOf(() => engine.runs.delete(run.id))).toBe('RUN_NOT_FOUND');
    expect(await codeOf(() => engine.events.latest(run.id))).toBe('RUN_NOT_FOUND');
    const late = collect(engine.events(run.id));
    expect((late.error as { code: string }).code).toBe('RUN_NOT_FOUND');
  });
});

describe('close', () => {
  it('cancels what lives, waits for it, and tells what it did', async () => {
    const { engine, clock } = engineOf({ grace: 1_000 });
    let talker!: RunContext;
    const runs = [
      await engine.start(obedient),
      await engine.start(ctx => {
        talker = ctx;
        return deaf();
      }),
      (await engine.open()).run,
    ];
    await (
      await engine.start(() => 'ended before')
    ).result;
    const seen = runs.map(run => collect(run));
    const feed = collect(engine.feed());
    await settle();
    const closing = engine.close();
    expect(engine.close()).toBe(closing);
    await settle();
    clock.advance(2_000);
    talker.token('late');
    expect(await closing).toEqual({ ended: 3, forced: 2, handedOver: 0, dropped: 1, unfinished: [] });
    expect(seen.map(one => broken(one))).toEqual([undefined, undefined, undefined]);
    expect(seen.map(({ events }) => events.at(-1)!.type)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect([feed.completed, engine.stats, clock.pending]).toEqual([
      ...[true, { liveRuns: 0, observers: 0, deadlines: 0 }, 0],
    ]);
    talker.token('later still');
  });

  it('completes a feed that is asked for afterwards', async () => {
    const { engine } = engineOf();
    await engine.close();
    expect(collect(engine.feed()).completed).toBe(true);
    expect(await codeOf(() => engine.runs.list())).toBe('STORAGE_LOST');
  });

  it('does not wait for an agent beyond its grace, also with the clock of the machine', async () => {
    const engine = createEngine({ grace: 1 });
    await engine.start(deaf);
    expect(await engine.close()).toEqual({ ended: 1, forced: 1, handedOver: 0, dropped: 0, unfinished: [] });
  });
});
