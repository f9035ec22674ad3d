import * as fc from 'fast-check';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { RunContext } from '../../src/run/context.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { microtasks } from './microtasks.ts';
import { Watcher, WAYS, type Scene, type WatcherPlan } from './watcher.ts';
import { witnessedBackend, type Pace, type Witness } from './witness.ts';

/** One thing an agent does, or that happens while it works. */
export type Act =
  | { readonly act: 'say'; readonly count: number }
  | { readonly act: 'turns'; readonly count: number }
  | { readonly act: 'join' | 'leave'; readonly who: number }
  | { readonly act: 'drain' | 'cancel' };

/** A whole run: its storage, its agent, and everybody who watches. */
export interface Program extends Pace {
  readonly window: number;
  readonly acts: readonly Act[];
  readonly watchers: readonly WatcherPlan[];
  readonly end: 'return' | 'throw';
}

/** What came of a program. */
export interface Played {
  readonly witness: Witness;
  readonly watchers: readonly Watcher[];
  /** What every watcher got wrong, and what the log did. */
  readonly faults: readonly string[];
  /** How often a callback threw on purpose. */
  readonly thrown: number;
}

const WATCHERS = 6;

const who = fc.nat(WATCHERS - 1);

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant('say' as const), count: fc.integer({ min: 1, max: 25 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('join' as const), who }) },
  fc.record({ act: fc.constant('leave' as const), who }),
  fc.record({ act: fc.constant('drain' as const) }),
);

const watcher: fc.Arbitrary<WatcherPlan> = fc.record({
  way: fc.constantFrom(...WAYS),
  leavesAt: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined, freq: 3 }),
  says: fc.nat(4),
  brings: fc.option(who, { nil: undefined }),
  throws: fc.integer({ min: 0, max: 5 }).map(dice => dice === 5),
  pace: fc.nat(12),
});

const turns = fc.oneof(fc.constant([0]), fc.array(fc.nat(5), { minLength: 2, maxLength: 9 }));

/** Any run, with storage that answers at once or later. */
export const program: fc.Arbitrary<Program> = fc.record({
  turns,
  keep: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined, freq: 2 }),
  window: fc.constantFrom(1, 2, 3, 8, 64),
  acts: fc.array(act, { minLength: 1, maxLength: 16 }),
  watchers: fc.array(watcher, { minLength: WATCHERS, maxLength: WATCHERS }),
  end: fc.constantFrom('return' as const, 'throw' as const),
});

/** Plays a program to its end, and lets whoever has not come yet come late. */
export async function play({ acts, watchers: plans, end, window, turns, keep }: Program): Promise<Played> {
  const clock = new ManualClock();
  const witness = witnessedBackend({ turns, keep }, clock);
  const engine = createEngine({ backend: witness.backend, clock, window, grace: 1_000 });
  const watchers: (Watcher | undefined)[] = plans.map(() => undefined);
  const come = new Set<number>();
  const said = new Map<string, number>();
  let thrown = 0;

  let begin!: (scene: Scene) => void;
  const begun = new Promise<Scene>(resolve => (begin = resolve));
  let ctx!: RunContext;

  const run = await engine.start(async given => {
    ctx = given;
    const scene = await begun;
    for (const step of acts) await perform(step, scene);
    if (end === 'throw') throw new Error('the agent fails');
    return 'done';
  });

  async function perform(step: Act, scene: Scene): Promise<void> {
    switch (step.act) {
      case 'say':
        for (let at = 0; at < step.count; at++) scene.say('agent');
        return;
      case 'turns':
        return microtasks(step.count);
      case 'join':
        return scene.join(step.who);
      case 'leave':
        return watchers[step.who]?.leave();
      case 'drain':
        return ctx.drained();
      case 'cancel':
        return void run.cancel('enough');
    }
  }

  const scene: Scene = {
    run,
    engine: engine,
    witness,
    say: speaker => {
      const count = (said.get(speaker) ?? 0) + 1;
      said.set(speaker, count);
      ctx.custom('said', { speaker, count });
    },
    join: who => {
      const plan = plans[who];
      // Known before it is made: it may bring itself while it reads what is there.
      if (!plan || come.has(who)) return;
      come.add(who);
      watchers[who] = new Watcher(plan, `watcher ${who}`, scene);
    },
    thrown: () => thrown++,
  };
  begin(scene);
  await rounds(() => witness.stored.at(-1)?.final === true && witness.acknowledged === witness.stored.length);
  plans.forEach((_, who) => scene.join(who));
  const everybody = watchers.filter(watcher => watcher !== undefined);
  await rounds(() => everybody.every(watcher => watcher.isDone));
  const faults = everybody.flatMap(({ fault }, who) =>
    fault === undefined ? [] : [`watcher ${who}: ${fault}`],
  );
  await engine.close();
  return { witness, watchers: everybody, faults: [...faults, ...faultsOf(witness, said)], thrown };
}

/** Lets everything happen until `holds`, or until it is clear that it never will. */
async function rounds(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 300 && !holds(); round++) await new Promise(resolve => setImmediate(resolve));
}

/** The log has 1, 2, 3 …, one end, and everybody's words in the order in which they were said. */
function faultsOf({ stored }: Witness, said: ReadonlyMap<string, number>): string[] {
  const faults: string[] = [];
  const heard = new Map<string, number>();
  stored.forEach(({ seq, type, data, final }, at) => {
    if (seq !== at + 1) faults.push(`seq ${seq} was stored at place ${at + 1}`);
    if ((final === true) !== (at === stored.length - 1))
      faults.push(`final: ${final} at ${at + 1} of ${stored.length}`);
    if (type !== 'custom:said') return;
    const { speaker, count } = data as unknown as { speaker: string; count: number };
    if (count !== (heard.get(speaker) ?? 0) + 1) faults.push(`${speaker} said ${count} out of turn`);
    heard.set(speaker, count);
  });
  if (heard.get('agent') !== said.get('agent')) faults.push('the agent was not heard to the end');
  return faults;
}
