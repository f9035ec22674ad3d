import { map, NEVER, Observable, of } from 'rxjs';
import type { ExecutionContext, Matter } from '../control/execution-context.ts';
import type { GateOptions } from '../control/gate.ts';
import type { Policy } from '../control/policy.ts';
import type { Decision, Verdict } from '../control/verdict.ts';
import { isSluiceError } from '../errors/sluice-error.ts';
import { breach, type Law } from './law.ts';
import { ManualClock } from './manual-clock.ts';
import { turns } from './turns.ts';

/** What the laws ask of a gate. */
export interface GateUnderLaw {
  ask(subject: Matter, context: ExecutionContext): Decision | Promise<Decision>;
  add(policy: Policy): void;
  remove(name: string): boolean;
}

/** A gate that sits the exam. */
export interface GateSubject {
  readonly make: (policies: readonly Policy[], options: GateOptions) => GateUnderLaw;
}

const SUBJECT: Matter = { type: 'tool.called', data: { tool: 'search', callId: '1', args: {} } };
const PROCEED: Verdict = { signal: 'PROCEED' };
const SKIP: Verdict = { signal: 'SKIP', value: 'left out' };
const LIMIT = 100;

/** What every gate keeps, however it asks its policies. */
export const gateLaws: readonly Law<GateSubject>[] = [
  {
    name: 'asks by priority, then by registration, until one has something against it',
    async check({ make }) {
      const asked: string[] = [];
      const said = (name: string, priority: number, verdict: Verdict = PROCEED): Policy => ({
        ...{ name, priority },
        decide: () => (asked.push(name), verdict),
      });
      const policies = [
        said('d', 20),
        said('b', 10),
        said('e', 30, SKIP),
        said('f', 30),
        said('c', 10),
        said('a', -1),
      ];
      const gate = make(policies, { clock: new ManualClock() });
      const decision = await gate.ask(SUBJECT, contextOf());
      same('the asked policies', asked.join(' '), 'a b c d e');
      same('the winner', labelOf(decision), 'SKIP e');
      asked.length = 0;
      gate.add(said('g', 10));
      await gate.ask(SUBJECT, contextOf());
      same('the asked policies after one was added', asked.join(' '), 'a b c g d e');
    },
  },
  {
    name: 'answers at once where every asked policy did',
    check({ make }) {
      const policies: Policy[] = [
        { name: 'function', decide: () => PROCEED },
        { name: 'observable', decide: () => of(PROCEED, SKIP) },
        { name: 'operator', operator: map(() => PROCEED) },
        { name: 'last', decide: () => SKIP },
        { name: 'later', decide: () => Promise.resolve(PROCEED) },
      ];
      const decision = make(policies, { clock: new ManualClock() }).ask(SUBJECT, contextOf());
      if (!('signal' in decision)) breach('expected a decision at once, got a promise');
      same('the winner', labelOf(decision), 'SKIP last');
    },
  },
  {
    name: 'asks only whom the type concerns',
    async check({ make }) {
      const asked: string[] = [];
      const typed = (name: string, types: Policy['types']): Policy => ({
        ...{ name, types },
        decide: () => (asked.push(name), PROCEED),
      });
      const gate = make(
        [
          typed('exact', 'tool.called'),
          typed('topic', 'tool.*'),
          typed('other', ['node.*', 'token']),
          typed('all', undefined),
        ],
        { clock: new ManualClock() },
      );
      await gate.ask(SUBJECT, contextOf());
      await gate.ask({ type: 'started', data: {} }, contextOf());
      same('the asked policies', asked.join(' '), 'exact topic all all');
    },
  },
  ...(['closed', 'open'] as const).map((onError): Law<GateSubject> => ({
    name: `takes a policy that breaks for ${onError === 'closed' ? 'a stop' : 'none, if it is open'}`,
    async check({ make }) {
      for (const [how, decide] of Object.entries(FAULTS)) {
        const clock = new ManualClock();
        const broken = { name: 'broken', onError, timeout: LIMIT, decide: decide as never };
        const gate = make([broken, { name: 'next', decide: () => SKIP }], { clock });
        const decision = await inTime(gate.ask(SUBJECT, contextOf()), clock);
        same(
          `the decision where a policy ${how}`,
          labelOf(decision),
          onError === 'closed' ? 'ERROR broken' : 'SKIP next',
        );
      }
    },
  })),
  {
    name: 'waits for a verdict no longer than the policy may take, and for Infinity as long as it takes',
    async check({ make }) {
      const clock = new ManualClock();
      let answer!: (verdict: Verdict) => void;
      const patient = {
        ...{ name: 'patient', timeout: Infinity },
        decide: () => new Promise<Verdict>(resolve => (answer = resolve)),
      };
      const gate = make([patient], { clock });
      const decision = track(gate.ask(SUBJECT, contextOf()));
      clock.advance(24 * 3_600_000);
      await turns();
      if (decision.value)
        breach(`expected to wait for a policy without a limit, got ${labelOf(decision.value)}`);
      answer(SKIP);
      same('the late decision', labelOf(await inTime(decision.promise, clock)), 'SKIP patient');
    },
  },
  {
    name: 'leaves no timer and no listener behind',
    async check({ make }) {
      const clock = new ManualClock();
      let left = 0;
      const hanging = new Observable<Verdict>(() => () => left++);
      const slow: Policy = { name: 'slow', timeout: LIMIT, decide: () => Promise.resolve(PROCEED) };
      const late: Policy = { name: 'late', types: 'node.*', timeout: LIMIT, decide: () => hanging };
      const gate = make([slow, late], { clock });
      const listeners = countingSignal();
      const context = contextOf(listeners.signal);
      await Promise.all(
        Array.from({ length: 10 }, async () => inTime(gate.ask(SUBJECT, context), undefined)),
      );
      if (clock.pending > 0) breach(`expected no timer after answers in time, got ${clock.pending}`);
      await inTime(gate.ask({ type: 'node.started', data: {} }, context), clock);
      same('observables left after the time limit', left, 1);
      if (clock.pending > 0) breach(`expected no timer after the time limit, got ${clock.pending}`);
      same('listeners of the signal', listeners.count(), 0);
    },
  },
  {
    name: 'waits for nobody once the signal fires, and rejects with its reason',
    async check({ make }) {
      const clock = new ManualClock();
      let left = 0;
      const policies: Policy[] = [
        { name: 'a', decide: () => Promise.resolve(PROCEED) },
        { name: 'b', decide: () => new Observable<Verdict>(() => () => left++) },
        { name: 'c', decide: () => breach('expected the policy behind not to be asked') },
      ];
      const gate = make(policies, { clock });
      const cancelled = new AbortController();
      const decision = track(gate.ask(SUBJECT, contextOf(cancelled.signal)));
      await turns();
      const reason = new Error('cancelled');
      cancelled.abort(reason);
      await turns();
      if (decision.error !== reason) breach('expected a rejection with the reason of the signal');
      same('observables left', left, 1);
      if (clock.pending > 0) breach(`expected no timer, got ${clock.pending}`);
    },
  },
  {
    name: 'goes on with the policies it began with, whatever is registered meanwhile',
    async check({ make }) {
      const asked: string[] = [];
      const say = (name: string): Policy => ({ name, decide: () => (asked.push(name), PROCEED) });
      const gate = make([], { clock: new ManualClock() });
      gate.add({
        ...{ name: 'meddler', priority: 1 },
        decide: () => {
          asked.push('meddler');
          gate.remove('old');
          gate.add({ ...say(`new${asked.length}`), priority: 0 });
          return asked.length === 1 ? Promise.resolve(PROCEED) : PROCEED;
        },
      });
      gate.add(say('old'));
      await gate.ask(SUBJECT, contextOf());
      same('the asked policies', asked.join(' '), 'meddler old');
      await gate.ask(SUBJECT, contextOf());
      same('the asked policies of the next check', asked.join(' '), 'meddler old new1 meddler');
    },
  },
  {
    name: 'refuses a name twice and changes nothing by it',
    async check({ make }) {
      const gate = make([{ name: 'one', decide: () => PROCEED }], { clock: new ManualClock() });
      let refusal: unknown;
      try {
        gate.add({ name: 'one', decide: () => SKIP });
      } catch (error) {
        refusal = error;
      }
      if (!isSluiceError(refusal, 'POLICY_EXISTS')) breach('expected POLICY_EXISTS for a name that is taken');
      same('the decision after the refusal', labelOf(await gate.ask(SUBJECT, contextOf())), 'PROCEED');
      same('removing it', gate.remove('one'), true);
      same('removing it again', gate.remove('one'), false);
    },
  },
];

/** What policies do wrong, in words that follow "a policy". */
const FAULTS: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Error('planted');
  },
  rejects: () => Promise.reject(new Error('planted')),
  'answers with nothing': () => undefined,
  'answers with a word': () => 'PROCEED',
  'answers with a signal that does not exist': () => ({ signal: 'ERROR', reason: 'x' }),
  'says RETRY without a delay': () => ({ signal: 'RETRY' }),
  'says RETRY with a delay that is no number of milliseconds': () =>
    Promise.resolve({ signal: 'RETRY', delay: NaN }),
  'says RETRY with a delay below zero': () => ({ signal: 'RETRY', delay: -1 }),
  'says RETRY with an endless delay': () => ({ signal: 'RETRY', delay: Infinity }),
  'says FALLBACK without a value': () => ({ signal: 'FALLBACK' }),
  'says FAIL without a reason': () => of({ signal: 'FAIL' }),
  'completes without a verdict': () => new Observable(subscriber => subscriber.complete()),
  'never answers': () => NEVER,
  'keeps a promise for ever': () => new Promise(() => undefined),
};

function contextOf(signal = new AbortController().signal): ExecutionContext {
  return { runId: 'run', tenantId: 'tenant', attempt: 1, signal };
}

function labelOf(decision: Decision): string {
  return decision.signal === 'PROCEED' ? 'PROCEED' : `${decision.signal} ${decision.policy}`;
}

function same(what: string, got: unknown, expected: unknown): void {
  if (got !== expected) breach(`${what}: expected ${String(expected)}, got ${String(got)}`);
}

interface Tracked {
  readonly promise: Promise<Decision>;
  value?: Decision;
  error?: unknown;
}

function track(decision: Decision | Promise<Decision>): Tracked {
  const tracked: Tracked = { promise: Promise.resolve(decision) };
  tracked.promise.then(
    value => (tracked.value = value),
    (error: unknown) => (tracked.error = error),
  );
  return tracked;
}

/** The decision, after the time limits of policies if it takes that. */
async function inTime(
  decision: Decision | Promise<Decision>,
  clock: ManualClock | undefined,
): Promise<Decision> {
  const tracked = track(decision);
  await turns();
  if (!tracked.value && clock) clock.advance(LIMIT * 2);
  await turns();
  return tracked.value ?? breach('expected a decision by now, got none');
}

/** A signal that knows how many listen. */
function countingSignal(): { readonly signal: AbortSignal; count(): number } {
  const { signal } = new AbortController();
  const listening = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  Object.assign(signal, {
    addEventListener: (type: string, listener: EventListener) => (
      listening.add(listener),
      add(type, listener)
    ),
    removeEventListener: (type: string, listener: EventListener) => (
      listening.delete(listener),
      remove(type, listener)
    ),
  });
  return { signal, count: () => listening.size };
}
