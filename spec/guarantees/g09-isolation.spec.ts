import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { config, map, Observable } from 'rxjs';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Observer } from '../../src/engine/observers/observer.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import type { RunContext } from '../../src/run/context.ts';
import type { Run } from '../../src/run/run-handle.ts';
import { broken, collect } from '../support/collect.ts';
import { settle, until } from '../support/settle.ts';
import { processFaults } from './process-faults.ts';

// Many random runs: a deadline that only a fault reaches, also on a busy machine.
jest.setTimeout(60_000);

interface Scene {
  readonly engine: Engine;
  readonly ctx: () => RunContext;
}

const hostile = (): unknown => ({
  get then(): never {
    throw new Error('a getter throws');
  },
});

const rejecting = (): unknown => ({
  then: (_: unknown, reject?: (error: unknown) => void) => {
    reject?.(new Error('first'));
    throw new Error('second');
  },
});

/** Observers as nobody wants them. */
const OBSERVERS: Readonly<Record<string, (scene: Scene) => Observer>> = {
  throws: () => () => {
    throw new Error('an observer throws');
  },
  'throws nothing at all': () => () => {
    throw undefined as unknown as Error;
  },
  rejects: () => () => Promise.reject(new Error('an observer rejects')),
  'rejects later': () => async () => {
    await new Promise(resolve => setImmediate(resolve));
    throw new Error('an observer rejects later');
  },
  hangs: () => () => new Promise(() => undefined),
  'gives a getter that throws': () => hostile,
  'gives what rejects and throws': () => rejecting,
  'emits again':
    ({ ctx }) =>
    event =>
      event.type === 'token' && event.seq < 50 && ctx().custom('echo', {}),
  'starts runs':
    ({ engine }) =>
    event =>
      event.runId === 'r' && event.type === 'token' && engine.start(() => 'child'),
  'observes and leaves':
    ({ engine }) =>
    () =>
      engine.observe(() => undefined).unsubscribe(),
  'subscribes and leaves':
    ({ engine }) =>
    ({ runId }) =>
      engine.events(runId).subscribe().unsubscribe(),
};

/** A run of ten tokens that `watch` may see. */
async function tenTokens(engine: Engine, hold: (ctx: RunContext) => void): Promise<Run> {
  return engine.start(
    async ctx => {
      hold(ctx);
      for (let at = 0; at < 10; at++) {
        ctx.token(String(at));
        if (at % 4 === 0) await ctx.drained();
      }
      return 'done';
    },
    { id: 'r' },
  );
}

describe('G9: observers', () => {
  it.each(Object.entries(OBSERVERS))('one that %s harms nobody', async (_, make) => {
    const faults = await processFaults(async () => {
      let ctx!: RunContext;
      const engine = createEngine({
        onObserverError: () => {
          throw new Error('the last resort throws, too');
        },
      });
      const told: RunEvent[] = [];
      const tell = (event: RunEvent): void => void (event.runId === 'r' && told.push(event));
      engine.observe(tell);
      engine.observe(make({ engine, ctx: () => ctx }));
      const behind: RunEvent[] = [];
      engine.observe(event => void (event.runId === 'r' && behind.push(event)));
      const run = await tenTokens(engine, given => (ctx = given));
      const reader = collect(run);
      expect(await run.result).toBe('done');
      expect(broken(reader)).toBeUndefined();
      expect(reader.types.filter(type => type === 'token')).toHaveLength(10);
      await settle();
      expect([told, behind]).toEqual([reader.events, reader.events]);
      await engine.close({ drain: 0 });
    });
    expect(faults).toEqual([]);
  });

  it('any of them together leave everybody what they had without them', async () => {
    const names = Object.keys(OBSERVERS).filter(name => name !== 'emits again' && name !== 'starts runs');
    const faults = await processFaults(() =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.constantFrom(...names), { maxLength: 6 }), async chosen => {
          const engine = createEngine({ onObserverError: () => Promise.reject(new Error('rejects')) });
          const observations = chosen.map(name =>
            engine.observe(OBSERVERS[name]!({ engine, ctx: () => undefined as never })),
          );
          const run = await tenTokens(engine, () => undefined);
          const reader = collect(run);
          await run.result;
          expect([broken(reader), reader.events.length]).toEqual([undefined, 12]);
          await settle();
          for (const { seen } of observations) expect(seen).toBe(12);
          await engine.close({ drain: 0 });
        }),
        { numRuns: 40 },
      ),
    );
    expect(faults).toEqual([]);
  });

  it('are told apart by what they failed at, which is counted', async () => {
    const failures: unknown[] = [];
    const engine = createEngine({
      onObserverError: (error, { id, event }) => failures.push([error, id, event?.seq]),
    });
    const [thrown, rejected] = [new Error('thrown'), new Error('rejected')];
    const observation = engine.observe(
      ({ seq }) => {
        if (seq === 1) throw thrown;
        return seq === 2 ? Promise.reject(rejected) : undefined;
      },
      { id: 'mine' },
    );
    const run = await tenTokens(engine, () => undefined);
    await run.result;
    await until(() => observation.failed === 2);
    expect(failures).toEqual([
      [thrown, 'mine', 1],
      [rejected, 'mine', 2],
    ]);
    await engine.close();
  });

  it('may close the engine in the middle of a run, which then ends for everybody', async () => {
    const faults = await processFaults(async () => {
      const engine = createEngine({ grace: 50 });
      let closing: Promise<unknown> | undefined;
      engine.observe(({ type }) => {
        if (type === 'token') closing ??= engine.close();
      });
      const run = await engine.start(async ctx => {
        ctx.token('x');
        await new Promise(resolve => ctx.signal.addEventListener('abort', resolve));
      });
      const reader = collect(run);
      await until(() => closing !== undefined);
      expect(await closing).toMatchObject({ ended: 1, forced: 0 });
      expect([broken(reader), reader.types.at(-1)]).toEqual([undefined, 'cancelled']);
    });
    expect(faults).toEqual([]);
  });
});

describe('G9: readers', () => {
  const { onUnhandledError } = config;
  let reported: unknown[] = [];
  beforeEach(() => {
    reported = [];
    config.onUnhandledError = error => reported.push(error);
  });
  afterEach(() => {
    config.onUnhandledError = onUnhandledError;
  });

  /** Readers as nobody wants them, and how many faults of theirs RxJS is to report. */
  const READERS: Readonly<Record<string, readonly [number, (run: Run, engine: Engine) => unknown]>> = {
    'throw in next': [
      12,
      run =>
        run.subscribe(() => {
          throw new Error('next');
        }),
    ],
    'throw in complete': [
      1,
      run =>
        run.subscribe({
          complete: () => {
            throw new Error('complete');
          },
        }),
    ],
    'throw when they are torn down': [
      1,
      run => {
        const torn = new Observable(subscriber => {
          subscriber.add(run.subscribe(subscriber));
          subscriber.add(() => {
            throw new Error('a finalizer');
          });
        });
        torn.subscribe();
      },
    ],
    'have an operator that throws and hear no errors': [
      1,
      run =>
        run
          .pipe(
            map(() => {
              throw new Error('map');
            }),
          )
          .subscribe(),
    ],
    'throw in the feed, which is live and has missed the first event': [
      11,
      (_, engine) =>
        engine.feed().subscribe(() => {
          throw new Error('feed');
        }),
    ],
    'pull through an operator that throws': [
      0,
      async run => {
        const pulled = run.pipe(
          map(() => {
            throw new Error('map');
          }),
        );
        await expect(pulled[Symbol.asyncIterator]().next()).rejects.toThrow('map');
      },
    ],
    'throw in a loop': [
      0,
      async run => {
        const loop = async (): Promise<void> => {
          for await (const item of run) if (item) throw new Error('loop');
        };
        await expect(loop()).rejects.toThrow('loop');
      },
    ],
    'never read on': [0, run => run[Symbol.asyncIterator]().next()],
    'await nothing that fails': [
      0,
      run => {
        void run.result;
        void run.cancel(7 as unknown as string);
      },
    ],
  };

  it.each(Object.entries(READERS))('that %s harm nobody', async (_, [count, read]) => {
    const faults = await processFaults(async () => {
      const engine = createEngine();
      let goOn!: () => void;
      const run = await engine.start(async ctx => {
        await new Promise<void>(resolve => (goOn = resolve));
        for (let at = 0; at < 10; at++) ctx.token(String(at));
        return 'done';
      });
      await until(() => goOn !== undefined);
      const before = collect(run);
      const reading = read(run, engine);
      const behind = collect(run);
      goOn();
      expect(await run.result).toBe('done');
      await reading;
      for (const reader of [before, behind, collect(run)]) {
        expect([broken(reader), reader.events.length]).toEqual([undefined, 12]);
      }
      await until(() => reported.length >= count);
      await engine.close();
    });
    expect(faults).toEqual([]);
    expect(reported).toHaveLength(count);
  });
});
