import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { StartOptions } from '../../src/engine/start-options.ts';
import type { RunContext } from '../../src/run/context.ts';
import type { Run } from '../../src/run/run-handle.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf } from '../support/code-of.ts';
import { broken, collect, type Collected } from '../support/collect.ts';
import { settle, until } from '../support/settle.ts';

const GRACE = 500;

interface Hung {
  readonly clock: ManualClock;
  readonly engine: Engine;
  readonly run: Run;
  readonly ctx: RunContext;
  readonly watcher: Collected;
  /** Lets time pass, and everything that follows from it happen. */
  pass(ms: number): Promise<void>;
}

/** A run whose agent never returns. */
async function hung(options: StartOptions): Promise<Hung> {
  const clock = new ManualClock();
  const engine = createEngine({ clock, grace: GRACE });
  let ctx!: RunContext;
  const run = await engine.start(given => {
    ctx = given;
    return new Promise(() => undefined);
  }, options);
  const watcher = collect(run);
  await until(() => ctx !== undefined);
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  return { clock, engine, run, ctx, watcher, pass };
}

/** The code of the event that ended the run. */
function endOf(watcher: Collected): unknown {
  const last = watcher.events.at(-1);
  return last?.type === 'error' && last.final ? last.data.code : last?.type;
}

describe('G5: every run ends', () => {
  it('when it has worked for maxDuration, and its agent is told first', async () => {
    const { engine, run, ctx, watcher, pass } = await hung({ maxDuration: 10_000 });
    await pass(9_999);
    expect([ctx.signal.aborted, run.status]).toEqual([false, 'running']);
    await pass(400);
    expect([ctx.signal.aborted, run.status]).toEqual([true, 'running']);
    expect(ctx.signal.reason).toMatchObject({ code: 'MAX_DURATION' });
    await pass(GRACE + 400);
    expect([endOf(watcher), broken(watcher), run.status]).toEqual(['MAX_DURATION', undefined, 'failed']);
    expect(await codeOf(() => run.result)).toBe('RUN_FAILED');
    expect(engine.stats).toMatchObject({ liveRuns: 0, deadlines: 0 });
    await engine.close();
  });

  it('when it was silent for idle, and not while it says something', async () => {
    const { engine, ctx, watcher, pass } = await hung({ idle: 10_000, maxDuration: Infinity });
    for (let round = 0; round < 20; round++) {
      await pass(9_000);
      ctx.token('still here');
    }
    expect(ctx.signal.aborted).toBe(false);
    await pass(9_999);
    expect(ctx.signal.aborted).toBe(false);
    await pass(GRACE + 1_000);
    expect([endOf(watcher), broken(watcher)]).toEqual(['IDLE_TIMEOUT', undefined]);
    await engine.close();
  });

  it('when the producer of an open run is silent, without anybody asking for it', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock, grace: GRACE });
    const writer = await engine.open();
    const watcher = collect(writer.run);
    for (let minute = 0; minute < 9; minute++) {
      clock.advance(60_000);
      await settle();
      if (minute === 3) writer.token('still here');
    }
    expect([watcher.completed, writer.cancelRequested]).toEqual([false, true]);
    clock.advance(10_000);
    await settle();
    expect([endOf(watcher), broken(watcher)]).toEqual(['PRODUCER_SILENT', undefined]);
    await engine.close();
  });

  it.each<StartOptions>([{ maxDuration: 10_000 }, { idle: 10_000 }])(
    'but the clocks stand still while it waits for a person: %j',
    async options => {
      const { engine, run, ctx, watcher, pass } = await hung(options);
      await pass(6_000);
      const answer = ctx.ask('Go on?');
      await pass(3_000_000);
      expect([run.status, ctx.signal.aborted]).toEqual(['waiting', false]);
      const [question] = watcher.events.filter(event => event.type === 'ask');
      await engine.runs.answer(run.id, question!.data.askId, { value: 'yes' });
      expect(await answer).toBe('yes');
      await pass(3_000);
      expect(ctx.signal.aborted).toBe(false);
      await pass(20_000);
      expect(broken(watcher)).toBeUndefined();
      expect(endOf(watcher)).toBe(options.idle === undefined ? 'MAX_DURATION' : 'IDLE_TIMEOUT');
      await engine.close();
    },
  );

  it('with the end that its clock gave it, also when its agent returns in the grace', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock, grace: GRACE });
    let started = false;
    const run = await engine.start(
      ctx =>
        new Promise(resolve => {
          started = true;
          ctx.signal.addEventListener('abort', () => resolve('partial'));
        }),
      { maxDuration: 1_000 },
    );
    const watcher = collect(run);
    await until(() => started);
    clock.advance(1_100);
    await settle();
    expect([endOf(watcher), broken(watcher)]).toEqual(['MAX_DURATION', undefined]);
    await engine.close();
  });

  it('also when the engine closes over it', async () => {
    const { clock, engine, watcher } = await hung({ maxDuration: Infinity });
    const closing = engine.close();
    await settle();
    clock.advance(GRACE * 2);
    expect(await closing).toMatchObject({ ended: 1, forced: 1 });
    expect([endOf(watcher), broken(watcher)]).toEqual(['cancelled', undefined]);
  });
});
