import { getEventListeners } from 'node:events';
import * as fc from 'fast-check';
import type { Policy } from '../../../src/control/policy.ts';
import type { Verdict } from '../../../src/control/verdict.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import type { RunContext } from '../../../src/run/context.ts';
import { runGraph } from '../../../src/run/run-graph.ts';
import type { Run } from '../../../src/run/run-handle.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { settle, until } from '../../support/settle.ts';
import { afterTurns, slowBackend } from '../../support/slow-backend.ts';

/** One run of a graph of 50 nodes, and when it is stopped. */
export interface GraphProgram {
  readonly seed: number;
  /** Events after which it is cancelled; `Infinity` for never. */
  readonly cancelAfter: number;
  /** Microtasks before each answer of the log, in turn; 0 is at once. */
  readonly turns: readonly number[];
  readonly concurrency: number;
  readonly onFailure: 'stop' | 'continue';
}

export const anyGraphProgram: fc.Arbitrary<GraphProgram> = fc.record({
  seed: fc.nat(),
  cancelAfter: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 400 }) },
    { weight: 1, arbitrary: fc.constant(Infinity) },
  ),
  turns: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
  concurrency: fc.integer({ min: 1, max: 12 }),
  onFailure: fc.constantFrom('stop' as const, 'continue' as const, 'continue' as const),
});

/** What became of a program. */
export interface GraphWorld {
  readonly engine: Engine;
  readonly run: Run;
  readonly events: readonly RunEvent[];
  readonly clock: ManualClock;
  /** Listeners on the signal of the run after its end. */
  readonly listeners: number;
  /** Work that was still told to go on after the end. */
  readonly unstopped: number;
}

const PROCEED: Verdict = { signal: 'PROCEED' };

/** Retry, breaker, fallback and approval, as small as they can be, and one that skips. */
function policies(next: () => number): Policy[] {
  const failures = new Map<unknown, number>();
  return [
    {
      ...{ name: 'skip', types: ['node.started'], priority: 10 },
      decide: () => (next() < 0.03 ? { signal: 'SKIP', value: 'skipped' } : PROCEED),
    },
    {
      ...{ name: 'breaker', types: ['tool.called', 'tool.failed'], priority: 20 },
      decide: ({ type, data }) => {
        const count = failures.get(data['tool']) ?? 0;
        if (type === 'tool.failed') failures.set(data['tool'], count + 1);
        return type === 'tool.called' && count > 12
          ? { signal: 'FAIL', reason: 'the breaker is open' }
          : PROCEED;
      },
    },
    {
      ...{ name: 'rate', types: ['llm.prompt'], priority: 30 },
      decide: () => (next() < 0.2 ? { signal: 'RETRY', delay: Math.floor(next() * 40) } : PROCEED),
    },
    {
      ...{ name: 'approval', types: ['tool.called'], priority: 40, timeout: Infinity },
      decide: async (_, { ask }) => {
        if (next() > 0.1) return PROCEED;
        const answer = await ask!('may it?', { timeout: 100, default: next() < 0.8 });
        return answer === true ? PROCEED : { signal: 'FAIL', reason: 'nobody said yes' };
      },
    },
    {
      ...{ name: 'retry', types: ['tool.failed', 'llm.failed', 'node.failed'], priority: 50 },
      decide: (_, { attempt }) =>
        attempt < 3 ? { signal: 'RETRY', delay: Math.floor(next() * 60) } : PROCEED,
    },
    {
      ...{ name: 'fallback', types: ['llm.failed', 'tool.failed'], priority: 60 },
      decide: async () => (next() < 0.7 ? { signal: 'FALLBACK', value: 'instead' } : PROCEED),
    },
  ];
}

/** Plays a program to its end. */
export async function playGraph(program: GraphProgram): Promise<GraphWorld> {
  const next = randomOf(program.seed);
  const clock = new ManualClock();
  let at = 0;
  const pace = afterTurns(() => program.turns[at++ % program.turns.length]!);
  const engine = createEngine({
    ...{ clock, grace: 1_000, backend: slowBackend({ clock, append: pace }), gate: policies(next) },
  });
  const events: RunEvent[] = [];
  const working = new Set<AbortSignal>();
  let signal!: AbortSignal;
  const run = await engine.start(async ctx => {
    ({ signal } = ctx);
    const nodes = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [
        `n${n}`,
        (step: RunContext) => nodeWork(ctx, step, { next, clock, working }),
      ]),
    );
    const dependencies = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [
        `n${n}`,
        [...new Set(Array.from({ length: n < 5 ? 0 : 2 }, () => `n${Math.floor(next() * n)}`))],
      ]),
    );
    const { concurrency, onFailure } = program;
    const report = await runGraph(ctx, nodes, dependencies, { concurrency, onFailure });
    return Object.keys(report.results).length;
  });
  let isOver = false;
  run.subscribe({
    next: item => {
      if ('seq' in item) events.push(item);
      if (events.length === program.cancelAfter) void run.cancel('enough');
    },
    complete: () => (isOver = true),
  });
  await until(() => {
    clock.advance(10);
    return isOver;
  }, 'the end of the graph');
  const unstopped = [...working].filter(one => !one.aborted).length;
  await settle();
  return { engine, run, events, clock, listeners: getEventListeners(signal, 'abort').length, unstopped };
}

interface Tools {
  readonly next: () => number;
  readonly clock: ManualClock;
  readonly working: Set<AbortSignal>;
}

async function nodeWork(ctx: RunContext, step: RunContext, tools: Tools): Promise<string> {
  const { next } = tools;
  if (next() < 0.05) throw new Error('the node failed at once');
  const calls = Array.from(
    { length: 1 + Math.floor(next() * 3) },
    () => () => oneCall(next() < 0.5 ? ctx : step, tools),
  );
  if (next() < 0.5) await Promise.all(calls.map(call => call()));
  else for (const call of calls) await call();
  // Nobody awaits this one, and it is still to be closed.
  if (next() < 0.05) void step.tool('stray', {}, (_, { signal }) => later(50, signal, tools));
  if (next() < 0.08) throw new Error('the node failed');
  return 'done';
}

function oneCall(ctx: RunContext, tools: Tools): Promise<unknown> {
  const { next } = tools;
  const fails = next() < 0.25;
  const work = async (signal: AbortSignal): Promise<string> => {
    if (next() < 0.7) await later(Math.floor(next() * 80), signal, tools);
    if (fails && next() < 0.8) throw new Error('the call failed');
    return 'fine';
  };
  if (next() < 0.6) {
    const options = next() < 0.3 ? { timeout: 1 + Math.floor(next() * 60) } : {};
    return ctx.tool(`tool-${Math.floor(next() * 4)}`, { q: next() }, (_, step) => work(step.signal), options);
  }
  if (next() < 0.5) return ctx.llm({ model: 'm', messages: [] }, (_, step) => work(step.signal));
  return ctx.node('inner', step => step.tool('tool-in', {}, (_, { signal }) => work(signal)));
}

/** Resolves so many milliseconds later; rejects when it is told to stop. */
function later(ms: number, signal: AbortSignal, { clock, working }: Tools): Promise<void> {
  working.add(signal);
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      working.delete(signal);
      signal.removeEventListener('abort', stop);
      cancel();
    };
    const stop = (): void => {
      leave();
      reject(signal.reason as Error);
    };
    const cancel = clock.alarm(ms, () => (leave(), resolve()), true);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
