import type { Policy } from '../../../src/control/policy.ts';
import type { Verdict } from '../../../src/control/verdict.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import type { RunContext } from '../../../src/run/context.ts';
import type { Run } from '../../../src/run/run-handle.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { until } from '../../support/settle.ts';

/** What an agent did, and what was recorded of it. */
export interface Acted {
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly run: Run;
  readonly events: readonly RunEvent[];
  /** Without the first and the last. */
  readonly types: readonly string[];
}

/** Runs an agent to its end, on a clock that moves by itself once nothing else happens. */
export async function acted(
  agent: (ctx: RunContext, engine: Engine) => unknown,
  { policies = [], ...options }: EngineOptions & { readonly policies?: readonly Policy[] } = {},
): Promise<Acted> {
  const clock = new ManualClock();
  const engine = createEngine({ clock, gate: policies, ...options });
  const run = await engine.start((ctx: RunContext) => agent(ctx, engine));
  const events: RunEvent[] = [];
  let isOver = false;
  run.subscribe({ next: item => 'seq' in item && events.push(item), complete: () => (isOver = true) });
  await until(() => {
    clock.advance(10);
    return isOver;
  }, 'the end of the run');
  return { engine, clock, run, events, types: events.slice(1, -1).map(({ type }) => type) };
}

/** A policy that answers each question about a type with the next of some verdicts, and the last one ever after. */
export function answering(types: Policy['types'], ...verdicts: readonly Verdict[]): Policy {
  let asked = 0;
  return {
    ...{ name: 'scripted', types },
    decide: () => verdicts[Math.min(asked++, verdicts.length - 1)]!,
  };
}

/** The code of what a promise rejects with, its message if it has none, or what it resolves with. */
export async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return `threw ${(error as { code?: string }).code ?? (error as Error).message}`;
  }
}
