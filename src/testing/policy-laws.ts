import type { ExecutionContext, Matter } from '../control/execution-context.ts';
import { Gate } from '../control/gate.ts';
import type { Policy } from '../control/policy.ts';
import type { Decision } from '../control/verdict.ts';
import type { Clock } from '../time/clock.ts';
import { breach, type Law } from './law.ts';
import { ManualClock } from './manual-clock.ts';
import { turns } from './turns.ts';

/** A policy that sits the exam. */
export interface PolicySubject {
  /** Makes one; whatever time it has must come from `clock`. */
  readonly make: (clock: Clock) => Policy;
  /** Things it is asked about, in this order; at least one. */
  readonly asked: readonly Matter[];
  /** What is told of them besides. */
  readonly context?: Partial<ExecutionContext>;
  /** How long it may take to answer one of them, in milliseconds. Default: an hour. */
  readonly patience?: number;
}

const HOUR = 3_600_000;

/** What every policy keeps, whatever it decides. */
export const policyLaws: readonly Law<PolicySubject>[] = [
  {
    name: 'answers with verdicts, and breaks over nothing it is asked',
    async check(subject) {
      const { gate, clock, errors } = gateOf(subject);
      for (const asked of subject.asked) await decided(gate, structuredClone(asked), { subject, clock });
      if (errors.length > 0) breach(`expected verdicts, got ${errors.join('; ')}`);
    },
  },
  {
    name: 'changes nothing of what it is asked about',
    async check(subject) {
      const { gate, clock } = gateOf(subject);
      for (const asked of subject.asked) {
        const copy = structuredClone(asked);
        await decided(gate, copy, { subject, clock });
        if (JSON.stringify(copy) !== JSON.stringify(asked))
          breach(`expected ${asked.type} to stay as it was`);
      }
    },
  },
  {
    name: 'shares nothing with another of its kind',
    async check(subject) {
      const first = gateOf(subject);
      const alone: string[] = [];
      for (const asked of subject.asked)
        alone.push(labelOf(await decided(first.gate, structuredClone(asked), { ...first, subject })));
      const second = gateOf(subject);
      const other = gateOf(subject);
      const beside: string[] = [];
      for (const asked of subject.asked) {
        await decided(other.gate, structuredClone(asked), { ...other, subject });
        beside.push(labelOf(await decided(second.gate, structuredClone(asked), { ...second, subject })));
      }
      if (alone.join() !== beside.join())
        breach(`expected ${alone.join()} beside another one, got ${beside.join()}`);
    },
  },
  {
    name: 'leaves no timer behind when nobody waits any more',
    async check(subject) {
      for (const asked of subject.asked) {
        const { gate, clock } = gateOf(subject);
        const cancelled = new AbortController();
        const tracked = track(() => gate.ask(structuredClone(asked), contextOf(subject, cancelled.signal)));
        await turns();
        cancelled.abort(new Error('cancelled'));
        await turns();
        if (!tracked.isSettled) breach(`expected the question about ${asked.type} to end with its signal`);
        if (clock.keepsAlive)
          breach(`expected no timer to keep the process alive after the end of ${asked.type}`);
      }
    },
  },
  {
    name: 'hears the whole life of a run without breaking',
    check(subject) {
      const { gate, errors } = gateOf(subject);
      const context = contextOf(subject, new AbortController().signal);
      for (const said of LIFE) gate.tell(structuredClone(said), context);
      if (errors.length > 0) breach(`expected to hear everything, got ${errors.join('; ')}`);
    },
  },
];

const LIFE: readonly Matter[] = [
  { type: 'started', data: {} },
  { type: 'token', data: { content: 'x' } },
  { type: 'llm.response', data: { callId: 'c', response: 'x', durationMs: 1 } },
  { type: 'tool.called', data: { callId: 'd', tool: 't', args: {} } },
  { type: 'tool.failed', data: { callId: 'd', error: 'x' } },
  { type: 'custom:unknown', data: {} },
  { type: 'error', data: { code: 'AGENT_ERROR', message: 'x', recoverable: false } },
];

interface GateOfOne {
  readonly gate: Gate;
  readonly clock: ManualClock;
  readonly errors: string[];
}

function gateOf({ make }: PolicySubject): GateOfOne {
  const clock = new ManualClock();
  const errors: string[] = [];
  const onPolicyError = (error: unknown): void => void errors.push(String(error));
  return { gate: new Gate([make(clock)], { clock, onPolicyError }), clock, errors };
}

function contextOf({ context }: PolicySubject, signal: AbortSignal): ExecutionContext {
  return { runId: 'run', tenantId: 'tenant', attempt: 1, signal, ...context };
}

async function decided(
  gate: Gate,
  asked: Matter,
  { subject, clock }: { readonly subject: PolicySubject; readonly clock: ManualClock },
): Promise<Decision> {
  const tracked = track(() => gate.ask(asked, contextOf(subject, new AbortController().signal)));
  await turns();
  if (!tracked.isSettled) clock.advance(subject.patience ?? HOUR);
  await turns();
  return tracked.value ?? breach(`expected a verdict over ${asked.type}, got none`);
}

function track(ask: () => Decision | Promise<Decision>): { isSettled: boolean; value?: Decision } {
  const tracked: { isSettled: boolean; value?: Decision } = { isSettled: false };
  Promise.resolve(ask()).then(
    value => Object.assign(tracked, { isSettled: true, value }),
    () => (tracked.isSettled = true),
  );
  return tracked;
}

function labelOf(decision: Decision): string {
  return JSON.stringify(decision);
}
