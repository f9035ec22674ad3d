import { map, NEVER, Observable, of } from 'rxjs';
import type { ExecutionContext } from '../../src/control/execution-context.ts';
import { Gate } from '../../src/control/gate.ts';
import type { Policy } from '../../src/control/policy.ts';
import type { Decision, Verdict } from '../../src/control/verdict.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

/** A world for one gate: what its policies are is read out of numbers. */
export interface World {
  readonly form: 'fused' | 'composed';
  readonly policies: readonly number[];
  /** Whether nearly all policies let pass, so that checks get far. */
  readonly isCalm: boolean;
}

/** A policy of the plain-array model. */
interface Entry {
  readonly name: string;
  readonly priority: number;
  readonly isConcerned: boolean;
  readonly isOpen: boolean;
  readonly outcome: Outcome;
  readonly form: Form;
  readonly meddling: Meddling;
  readonly delay: number;
}

type Outcome = 'PROCEED' | 'SKIP' | 'RETRY' | 'FALLBACK' | 'FAIL' | 'fault' | 'nonsense';
const OUTCOMES: readonly Outcome[] = ['SKIP', 'RETRY', 'FALLBACK', 'FAIL', 'fault', 'nonsense'];
const FORMS = ['sync', 'promise', 'delayed', 'observable', 'late observable', 'operator', 'never'] as const;
type Form = (typeof FORMS)[number];
type Meddling = 'none' | 'adds' | 'removes';

const LIMIT = 100;
const TYPE = 'custom:asked';

function entryOf(name: string, number: number, isCalm: boolean): Entry {
  let rest = number;
  const take = (choices: number): number => {
    const choice = rest % choices;
    rest = Math.floor(rest / choices);
    return choice;
  };
  const outcome = OUTCOMES[take(isCalm ? 2_000 : 40)] ?? 'PROCEED';
  const form = FORMS[take(64)] ?? 'sync';
  return {
    ...{ name, outcome, form, priority: take(5) - 2 },
    ...{ isConcerned: take(8) > 0, isOpen: take(2) === 0 },
    ...{ meddling: (['adds', 'removes'] as const)[take(8)] ?? 'none', delay: 1 + take(60) },
  };
}

/** What one check was told and answered. */
interface Check {
  readonly expected: readonly Entry[];
  readonly asked: string[];
  decision?: Decision;
}

/** Two checks at once and one after them; throws where the gate differs from a plain array. */
export async function checkWorld({ form, policies, isCalm }: World): Promise<void> {
  const clock = new ManualClock();
  const gate = new Gate([], { clock, form });
  const registered: Entry[] = [];
  const checks: Check[] = [];
  let births = 0;

  const add = (entry: Entry): void => {
    gate.add(policyOf(entry));
    registered.push(entry);
  };
  const meddle = ({ meddling, delay }: Entry): void => {
    if (meddling === 'adds') {
      const number = policies[(delay * 7) % policies.length]! + births;
      add({ ...entryOf(`born-${births++}`, number, isCalm), meddling: 'none' });
    } else if (meddling === 'removes') {
      const [gone] = registered.splice(delay % registered.length, 1);
      if (gone && !gate.remove(gone.name)) throw new Error(`expected ${gone.name} to be removed`);
    }
  };
  const policyOf = (entry: Entry): Policy => {
    const heard = (context: ExecutionContext): void => {
      checks[context.attempt]!.asked.push(entry.name);
      meddle(entry);
    };
    const rules = {
      ...{ name: entry.name, priority: entry.priority, timeout: LIMIT },
      ...({ types: entry.isConcerned ? TYPE : 'token', onError: entry.isOpen ? 'open' : 'closed' } as const),
    };
    if (entry.form === 'operator') {
      return { ...rules, operator: map(({ context }) => (heard(context), verdictOf(entry))) };
    }
    return { ...rules, decide: (_, context) => (heard(context), answerOf(entry, clock)) };
  };
  const start = (): Check => {
    const expected = registered
      .map((entry, order) => ({ entry, order }))
      .sort((a, b) => a.entry.priority - b.entry.priority || a.order - b.order)
      .map(({ entry }) => entry)
      .filter(({ isConcerned }) => isConcerned);
    const check: Check = { expected, asked: [] };
    checks.push(check);
    const context = {
      runId: 'r',
      tenantId: 't',
      attempt: checks.length - 1,
      signal: new AbortController().signal,
    };
    void gate.check({ type: TYPE, data: {} }, context).then(decision => (check.decision = decision));
    return check;
  };
  const settle = async (): Promise<void> => {
    for (let round = 0; checks.some(({ decision }) => !decision); round++) {
      if (round > 1_000) throw new Error('the checks do not end');
      await new Promise(resolve => setImmediate(resolve));
      // More than any delay and less than the limit: promises that are due must be heard before time goes on.
      clock.advance(70);
    }
  };

  policies.forEach((number, at) => add(entryOf(`policy-${at}`, number, isCalm)));
  start();
  start();
  await settle();
  start();
  await settle();
  for (const check of checks) compare(check);
  clock.advance(1_000);
  if (gate.waiting + clock.pending > 0) throw new Error('expected no timer to be left');
}

function compare({ expected, asked, decision }: Check): void {
  const end = expected.findIndex(entry => decisionOf(entry) !== undefined);
  const winner = end < 0 ? 'PROCEED' : decisionOf(expected[end]!);
  const names = (end < 0 ? expected : expected.slice(0, end + 1)).map(({ name }) => name);
  if (names.join() !== asked.join()) throw new Error(`asked: expected ${names.join()}, got ${asked.join()}`);
  const got = decision!.signal === 'PROCEED' ? 'PROCEED' : `${decision!.signal} ${decision!.policy}`;
  if (got !== winner) throw new Error(`expected ${winner}, got ${got}`);
}

/** What a policy means for a check; nothing where the next one is asked. */
function decisionOf({ outcome, isOpen, form, name }: Entry): string | undefined {
  const isBroken = outcome === 'fault' || outcome === 'nonsense' || form === 'never';
  if (isBroken) return isOpen ? undefined : `ERROR ${name}`;
  return outcome === 'PROCEED' ? undefined : `${outcome} ${name}`;
}

function verdictOf({ outcome, name }: Entry): Verdict {
  switch (outcome) {
    case 'RETRY':
      return { signal: 'RETRY', delay: 5 };
    case 'FALLBACK':
      return { signal: 'FALLBACK', value: name };
    case 'FAIL':
      return { signal: 'FAIL', reason: name };
    case 'fault':
      throw new Error(name);
    case 'nonsense':
      return { signal: 'NONSENSE' } as never;
    case 'PROCEED':
    case 'SKIP':
      return { signal: outcome };
  }
}

function answerOf(
  entry: Entry,
  clock: ManualClock,
): ReturnType<Extract<Policy, { decide: unknown }>['decide']> {
  switch (entry.form) {
    case 'promise':
      return new Promise(resolve => resolve(verdictOf(entry)));
    case 'delayed':
      return new Promise((resolve, reject) => {
        clock.alarm(entry.delay, () => settled(entry, resolve, reject), true);
      });
    case 'observable':
      return of(entry).pipe(map(verdictOf));
    case 'late observable':
      return new Observable(subscriber => {
        const next = (verdict: Verdict): void => subscriber.next(verdict);
        return clock.alarm(entry.delay, () => settled(entry, next, error => subscriber.error(error)), true);
      });
    case 'never':
      return entry.delay % 2 === 0 ? NEVER : new Promise(() => undefined);
    case 'sync':
    case 'operator':
      return verdictOf(entry);
  }
}

function settled(entry: Entry, resolve: (verdict: Verdict) => void, reject: (error: unknown) => void): void {
  try {
    resolve(verdictOf(entry));
  } catch (error) {
    reject(error);
  }
}
