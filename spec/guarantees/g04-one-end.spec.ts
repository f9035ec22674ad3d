import { describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { RunContext } from '../../src/run/context.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf, thrownBy } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { settle, until } from '../support/settle.ts';
import { microtasks } from './microtasks.ts';
import { witnessedBackend } from './witness.ts';

// Many random runs: a deadline that only a fault reaches, also on a busy machine.
jest.setTimeout(60_000);

const ENDINGS = ['returns', 'throws', 'never returns', 'stops when told', 'returns too late'] as const;

/** What the caller of a run is told, by its final event. */
const OUTCOMES: Readonly<Record<string, string>> = {
  complete: 'nothing thrown',
  error: 'RUN_FAILED',
  cancelled: 'RUN_CANCELLED',
};

interface Case {
  readonly turns: readonly number[];
  readonly ending: (typeof ENDINGS)[number];
  /** Microtasks after which the agent ends, and after which somebody cancels. */
  readonly endsAfter: number;
  readonly cancelsAfter: number | undefined;
  readonly cancels: 'run' | 'engine' | 'close';
  readonly says: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  turns: fc.oneof(fc.constant([0]), fc.array(fc.nat(4), { minLength: 2, maxLength: 7 })),
  ending: fc.constantFrom(...ENDINGS),
  endsAfter: fc.nat(40),
  cancelsAfter: fc.option(fc.nat(60), { nil: undefined, freq: 4 }),
  cancels: fc.constantFrom('run' as const, 'engine' as const, 'close' as const),
  says: fc.nat(3),
});

describe('G4: a run has one end', () => {
  it('whatever races for it, and everybody is given it last', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ turns, ending, endsAfter, cancelsAfter, cancels, says }) => {
        const clock = new ManualClock();
        const { backend, stored } = witnessedBackend({ turns }, clock);
        const engine = createEngine({ backend, clock, grace: 1_000, maxDuration: 60_000, window: 2 });
        let hasReturned = false;
        let ctx!: RunContext;
        let returnLate: (() => void) | undefined;
        const run = await engine.start(async given => {
          ctx = given;
          await microtasks(endsAfter);
          for (let at = 0; at < says; at++) ctx.token('x');
          if (ending === 'never returns') return new Promise(() => undefined);
          if (ending === 'returns too late')
            return new Promise(resolve => (returnLate = () => resolve('late')));
          if (ending === 'stops when told' && !ctx.signal.aborted) {
            await new Promise(resolve => ctx.signal.addEventListener('abort', resolve));
          }
          hasReturned = true;
          if (ending === 'throws') throw new Error('failed');
          return 'done';
        });
        // Every reader joins before the log is closed with the engine.
        const early = collect(run, (_, { items }) => items.length < 3 && ctx?.token('from a callback'));
        const stored$ = collect(engine.events(run.id));
        let mustBeCancelled = false;
        if (cancelsAfter !== undefined) {
          await microtasks(cancelsAfter);
          mustBeCancelled = !hasReturned && stored.at(-1)?.final !== true;
          if (cancels === 'run') void run.cancel('enough');
          else if (cancels === 'engine') void engine.runs.cancel(run.id).catch(() => undefined);
          else void engine.close();
        }
        // What a slow directory must find first is recorded later than it was asked for.
        if (cancels !== 'run') mustBeCancelled &&= turns.every(turn => turn === 0) && cancels === 'close';
        await settle();
        clock.advance(2_000);
        returnLate?.();
        await settle();
        clock.advance(120_000);
        await until(() => stored.at(-1)?.final === true && early.ended);

        expect(stored.filter(({ final }) => final)).toEqual([stored.at(-1)]);
        const end = stored.at(-1)!;
        expect(['complete', 'error', 'cancelled']).toContain(end.type);
        if (mustBeCancelled) expect(end.type).toBe('cancelled');
        if (cancelsAfter === undefined && ending === 'returns') expect(end.type).toBe('complete');
        expect(await codeOf(() => run.result)).toBe(OUTCOMES[end.type]);
        const late = collect(run);
        await until(() => late.ended && stored$.ended);
        const readers = cancels === 'close' && cancelsAfter !== undefined ? [early] : [early, late, stored$];
        for (const reader of readers)
          expect([broken(reader), reader.events.at(-1)]).toEqual([undefined, end]);

        const { length } = stored;
        ctx.token('behind the end');
        expect(await ctx.emit('step', { name: 'behind the end' })).toEqual({ outcome: 'ended' });
        await settle();
        expect(stored).toHaveLength(length);
        await engine.close();
      }),
      { numRuns: 250 },
    );
  });

  it('and a cancel that comes before the return is processed wins over it', async () => {
    for (const turns of [[0], [3, 3]]) {
      const clock = new ManualClock();
      const engine = createEngine({ backend: witnessedBackend({ turns }, clock).backend, clock });
      let finish!: (output: string) => void;
      const run = await engine.start(() => new Promise<string>(resolve => (finish = resolve)));
      await until(() => finish !== undefined);
      finish('done');
      const cancelling = run.cancel('first');
      await cancelling;
      expect(run.status).toBe('cancelled');
      expect(await codeOf(() => run.result)).toBe('RUN_CANCELLED');
      expect(await codeOf(() => run.cancel('again'))).toBe('nothing thrown');
      await engine.close();
    }
  });

  it('and a cancel that comes later is told so', async () => {
    const engine = createEngine();
    const run = await engine.start(() => 'done');
    await run.result;
    expect(await codeOf(() => run.cancel())).toBe('RUN_ENDED');
    expect(await codeOf(() => engine.runs.cancel(run.id))).toBe('RUN_ENDED');
    expect(collect(run).events.at(-1)).toMatchObject({ type: 'complete', final: true });
    await engine.close();
  });

  it('behind which an outside writer is refused, and nothing it sends is stored', async () => {
    const engine = createEngine();
    const writer = await engine.open({ id: 'r' });
    writer.token('x');
    await Promise.all([writer.complete('done'), codeOf(() => writer.fail(new Error('too late')))]);
    expect(thrownBy(() => writer.token('y'))).toBe('RUN_ENDED');
    expect(await codeOf(() => writer.emit('step', { name: 'y' }))).toBe('RUN_ENDED');
    expect(await codeOf(() => writer.complete())).toBe('RUN_ENDED');
    expect(await codeOf(() => writer.cancel())).toBe('RUN_ENDED');
    expect(collect(engine.events('r')).types).toEqual(['started', 'token', 'complete']);
    await engine.close();
  });

  it('behind which what the agent says is counted', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock, grace: 1_000 });
    let ctx!: RunContext;
    const run = await engine.start(given => {
      ctx = given;
      return new Promise(() => undefined);
    });
    collect(run, item => {
      if ('final' in item) for (let at = 0; at < 3; at++) ctx.token('too late');
    });
    await until(() => ctx !== undefined);
    const closing = engine.close();
    await settle();
    clock.advance(2_000);
    expect(await closing).toEqual({ ended: 1, handedOver: 0, forced: 1, dropped: 3, unfinished: [] });
  });

  it('that a recoverable error is not', async () => {
    const engine = createEngine();
    const run = await engine.start(ctx => {
      ctx.warn('careful');
      ctx.token('goes on');
    });
    const reader = collect(run);
    await run.result;
    expect(reader.types).toEqual(['started', 'error', 'token', 'complete']);
    expect(broken(reader)).toBeUndefined();
    await engine.close();
  });
});
