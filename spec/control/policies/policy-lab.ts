import type { ExecutionContext, Matter } from '../../../src/control/execution-context.ts';
import type { Policy } from '../../../src/control/policy.ts';
import type { Verdict } from '../../../src/control/verdict.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import type { RunContext } from '../../../src/run/context.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { until } from '../../support/settle.ts';

/** An engine under policies that have its clock. */
export interface PolicyLab {
  readonly engine: Engine;
  readonly clock: ManualClock;
  /** Runs an agent to its end, the clock moving by itself once nothing else happens. */
  act(agent: (ctx: RunContext) => unknown, options?: Parameters<Engine['start']>[1]): Promise<RunEvent[]>;
}

export function policyLab(
  policiesOf: (clock: ManualClock) => readonly Policy[],
  options: EngineOptions = {},
): PolicyLab {
  const clock = new ManualClock();
  const engine = createEngine({ clock, gate: policiesOf(clock), ...options });
  return {
    engine,
    clock,
    async act(agent, how) {
      const events: RunEvent[] = [];
      let isOver = false;
      const run = await engine.start(async (ctx: RunContext) => agent(ctx), how);
      run.subscribe({ next: item => 'seq' in item && events.push(item), complete: () => (isOver = true) });
      await until(() => {
        if (!isOver) clock.advance(10);
        return isOver;
      }, 'the end of the run');
      return events;
    },
  };
}

/** What a policy says about something, at once. */
export function verdictOf(policy: Policy, subject: Matter, more: Partial<ExecutionContext> = {}): Verdict {
  const { decide } = policy as Extract<Policy, { decide: unknown }>;
  return decide.call(policy, subject, contextOf(more)) as Verdict;
}

/** Lets a policy hear something. */
export function tell(policy: Policy, subject: Matter, more: Partial<ExecutionContext> = {}): void {
  policy.observe?.(subject, contextOf(more));
}

export function contextOf(more: Partial<ExecutionContext> = {}): ExecutionContext {
  return { runId: 'run', tenantId: 'tenant', attempt: 1, signal: new AbortController().signal, ...more };
}

export const toolCalled = (tool = 'search', callId = '1', args = {}): Matter => ({
  type: 'tool.called',
  data: { callId, tool, args },
});

export const toolFailed = (tool = 'search', callId = '1'): Matter => ({
  type: 'tool.failed',
  data: { callId, tool, args: {}, error: 'broken' },
});

export const END: Matter = { type: 'complete', data: {} };

/** The decisions that were recorded, as `policy SIGNAL on`. */
export function decisionsOf(events: readonly RunEvent[]): string[] {
  return events.flatMap(event =>
    event.type === 'control.decided' ? [`${event.data.policy} ${event.data.signal} ${event.data.on}`] : [],
  );
}
