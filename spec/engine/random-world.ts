import * as fc from 'fast-check';
import { map, type Observable } from 'rxjs';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { isNotice } from '../../src/event/notice.ts';
import type { RunEvent } from '../../src/event/run-event.ts';

import type { RunContext } from '../../src/run/context.ts';
import type { Run } from '../../src/run/run-handle.ts';
import type { RunItem } from '../../src/run/window.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { collect, Collected } from '../support/collect.ts';
import { settle, until } from '../support/settle.ts';
import { afterTurns, answeredAfter, slowBackend } from '../support/slow-backend.ts';

/** What happens in a run, step by step. */
type Step =
  | { readonly do: 'say'; readonly count: number }
  | { readonly do: 'save' }
  | { readonly do: 'turn' }
  | { readonly do: 'settle' }
  | {
      readonly do: 'join';
      readonly as: Joining;
      readonly echoes: number;
      readonly leaves: number;
      readonly brings: boolean;
    };

/** The ways in which somebody can read a run. */
const JOININGS = ['subscribe', 'iterate', 'pipe', 'events', 'resume'] as const;
type Joining = (typeof JOININGS)[number];

export interface Program {
  readonly steps: readonly Step[];
  readonly end: 'return' | 'throw' | 'cancel' | 'hang';
  readonly window: number;
  /** Microtasks before each answer of the log and the directory, in turn; 0 is at once. */
  readonly turns: readonly number[];
  /** The log does what it is told at once, and says so later. */
  readonly isEager: boolean;
  readonly chained: boolean;
  /** So much is said before anything else that retention takes the oldest. */
  readonly prelude: number;
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('say' as const), count: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'save' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'turn' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'settle' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('join' as const),
      as: fc.constantFrom(...JOININGS),
      echoes: fc.nat(4),
      leaves: fc.oneof(fc.constant(Infinity), fc.nat(20)),
      brings: fc.boolean(),
    }),
  },
);

/** Any run: who says what, who reads it how, how slow its backend is, and how it ends. */
export const anyProgram: fc.Arbitrary<Program> = fc.record({
  steps: fc.array(step, { maxLength: 20 }),
  end: fc.constantFrom('return', 'throw', 'cancel', 'hang'),
  window: fc.integer({ min: 1, max: 6 }),
  turns: fc.array(fc.nat(4), { minLength: 1, maxLength: 6 }),
  isEager: fc.boolean(),
  chained: fc.boolean(),
  prelude: fc.constantFrom(0, 0, 80, 150),
});

/** One who read the run, and what it was told. */
export interface Witness extends Collected {
  readonly as: Joining;
  /** It went away by itself, so that it need not have seen the end. */
  hasLeft: boolean;
}

/** What became of a program. */
export interface World {
  readonly engine: Engine;
  readonly run: Run;
  /** Every event as the feed told it. */
  readonly truth: readonly RunEvent[];
  readonly witnesses: readonly Witness[];
  readonly clock: ManualClock;
}

/** Plays a program to its end, and everybody in it. */
export async function play(program: Program): Promise<World> {
  const clock = new ManualClock();
  let at = 0;
  const pace = (program.isEager ? answeredAfter : afterTurns)(
    () => program.turns[at++ % program.turns.length]!,
  );
  const backend = slowBackend({ clock, append: pace, read: pace, directory: pace });
  const truth: RunEvent[] = [];
  const engine = createEngine({
    ...{ clock, window: program.window, grace: 1_000, limits: { keptEvents: 64 } },
    backend: program.chained ? { ...backend, flags: { ...backend.flags, chained: true } } : backend,
  });
  engine.feed().subscribe(event => truth.push(event));
  const witnesses: Witness[] = [];
  const running: Promise<unknown>[] = [];
  let run!: Run;
  const begun = new Promise<void>(resolve => {
    running.push(
      engine
        .start(async ctx => {
          // The handle comes with the answer to `start`, and readers need it.
          while (!run) await Promise.resolve();
          resolve();
          for (let said = 0; said < program.prelude; said++) ctx.token('prelude');
          for (const one of program.steps) await perform(one, { ctx, engine, run, witnesses, running });
          if (program.end === 'throw') throw new Error('the agent failed');
          if (program.end === 'cancel') void run.cancel('enough');
          if (program.end === 'hang') {
            void run.cancel('enough');
            return new Promise<string>(() => undefined);
          }
          return 'done';
        })
        .then(started => (run = started)),
    );
  });
  await begun;
  await until(() => {
    clock.advance(100);
    return truth.at(-1)?.final === true && witnesses.every(one => one.ended || one.hasLeft);
  }, 'the end of everybody');
  await Promise.all(running);
  await settle();
  return { engine, run, truth, witnesses, clock };
}

interface Scene {
  readonly ctx: RunContext;
  readonly engine: Engine;
  readonly run: Run;
  readonly witnesses: Witness[];
  readonly running: Promise<unknown>[];
}

async function perform(one: Step, scene: Scene): Promise<void> {
  const { ctx } = scene;
  switch (one.do) {
    case 'say':
      for (let said = 0; said < one.count; said++) ctx.token(`said ${said}`);
      return;
    case 'save':
      await ctx.checkpoint('here', { saved: true });
      return;
    case 'turn':
      return Promise.resolve();
    case 'settle':
      return settle();
    case 'join':
      return join(one, scene);
  }
}

function join(
  { as, echoes, leaves, brings }: Extract<Step, { do: 'join' }>,
  { ctx, engine, run, witnesses, running }: Scene,
): void {
  let left = echoes;
  let isAlone = brings;
  const hear = (item: RunItem): void => {
    if (isAlone) {
      isAlone = false;
      witnesses.push(Object.assign(collect(run), { as: 'subscribe' as const, hasLeft: false }));
    }
    if (left > 0 && !isNotice(item) && !item.final) {
      left--;
      ctx.token('echo');
    }
  };
  switch (as) {
    case 'subscribe':
    case 'events': {
      const source: Observable<unknown> = as === 'subscribe' ? run : engine.events(run.id);
      const witness = Object.assign(new Collected(), { as, hasLeft: false });
      witnesses.push(witness);
      const subscription = source.subscribe({
        next: value => {
          if (witness.hasLeft) return;
          witness.items.push(value as RunItem);
          hear(value as RunItem);
          if (witness.items.length >= leaves) {
            witness.hasLeft = true;
            queueMicrotask(() => subscription.unsubscribe());
          }
        },
        error: (error: unknown) => (witness.error = error),
        complete: () => (witness.completed = true),
      });
      return;
    }
    case 'iterate':
    case 'pipe':
      running.push(
        pull(as === 'iterate' ? run : run.pipe(map(item => item)), { as, leaves, hear, witnesses }),
      );
      return;
    case 'resume':
      running.push(
        resume(engine, run.id, { leaves: Math.max(1, leaves === Infinity ? 7 : leaves), hear, witnesses }),
      );
  }
}

interface Reading {
  readonly leaves: number;
  readonly hear: (item: RunItem) => void;
  readonly witnesses: Witness[];
}

async function pull(
  source: AsyncIterable<RunItem>,
  { as, leaves, hear, witnesses }: Reading & { readonly as: Joining },
): Promise<void> {
  const witness = Object.assign(new Collected(), { as, hasLeft: false });
  witnesses.push(witness);
  try {
    for await (const item of source) {
      witness.items.push(item);
      hear(item);
      if (witness.items.length >= leaves) {
        witness.hasLeft = true;
        return;
      }
    }
    witness.completed = true;
  } catch (error) {
    witness.error = error;
  }
}

/** Goes away after some items, and comes back with its cursor, again and again. */
async function resume(engine: Engine, runId: string, { leaves, hear, witnesses }: Reading): Promise<void> {
  const witness: Witness = Object.assign(new Collected(), { as: 'resume' as const, hasLeft: false });
  witnesses.push(witness);
  let after: string | undefined;
  while (!witness.ended) {
    let taken = 0;
    const part = collect(engine.events(runId, { after }), item => {
      if (taken++ >= leaves) return;
      witness.items.push(item);
      if (!isNotice(item)) after = item.id;
      else if (item.notice === 'gap') after = item.cursor;
      hear(item);
    });
    await until(() => taken >= leaves || part.ended, 'a part of a reader that comes back');
    if (part.error !== undefined) witness.error = part.error;
    else if (part.completed && taken <= leaves) witness.completed = true;
  }
}
