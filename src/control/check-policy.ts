import { of } from 'rxjs';
import { SluiceError } from '../errors/sluice-error.ts';
import { CONVERSATION_TYPES, STREAMING_TYPES } from '../event/event-types.ts';
import { parseFilter } from '../event/filter.ts';
import { topicSelects } from '../event/topics.ts';
import type { GuardRules } from './guard.ts';
import type { Policy } from './policy.ts';

const LONGEST_NAME = 128;
const LONGEST_TIMEOUT = 365 * 24 * 3_600_000;
const DEFAULT_PRIORITY = 100;
const DEFAULT_TIMEOUT = 5_000;
/** What agents say, and one of their own types for all. */
const SAMPLES: readonly string[] = [...STREAMING_TYPES, ...CONVERSATION_TYPES, 'custom:any'];

/**
 * Reads a policy once; what is done to the object later changes nothing. Throws `BAD_OPTION`, and `BAD_FILTER` for
 * its types.
 */
export function checkPolicy(policy: Policy): GuardRules {
  if (typeof policy !== 'object' || (policy as unknown) === null) {
    const got = (policy as unknown) === null ? 'null' : typeof policy;
    throw badPolicy('', `expected an object, got ${got}. Pass { name, decide }`);
  }
  const name = checkName(policy.name);
  const { priority = DEFAULT_PRIORITY, timeout = DEFAULT_TIMEOUT, onError = 'closed', raw = false } = policy;
  if (typeof priority !== 'number' || !Number.isFinite(priority)) {
    throw badPolicy(name, `priority: expected a finite number, got ${shown(priority)}`);
  }
  if (!(
    timeout === Infinity ||
    (typeof timeout === 'number' && timeout >= 1 && timeout <= LONGEST_TIMEOUT)
  )) {
    const range = `1 to ${LONGEST_TIMEOUT} ms, or Infinity for none`;
    throw badPolicy(name, `timeout: expected ${range}, got ${shown(timeout)}`);
  }
  if (onError !== 'closed' && onError !== 'open') {
    throw badPolicy(name, `onError: expected closed or open, got ${shown(onError)}`);
  }
  if (typeof raw !== 'boolean') throw badPolicy(name, `raw: expected true or false, got ${shown(raw)}`);
  const observe = checkObserve(name, policy);
  return {
    ...{ name, priority, timeout, isOpen: onError === 'open', wantsRaw: raw },
    selects: selectionOf(policy.types),
    hears: observe === undefined ? () => false : hearingOf(policy.observes),
    ...{ owner: policy, decide: decideOf(name, policy), observe },
  };
}

function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME) return name;
  throw badPolicy('', `name: expected 1 to ${LONGEST_NAME} characters, got ${shown(name)}`);
}

function checkObserve(name: string, { observe, observes }: Policy): GuardRules['observe'] {
  if (observe === undefined) {
    if (observes === undefined) return undefined;
    throw badPolicy(name, 'observes: there is no observe that could hear. Pass both or none');
  }
  if (typeof observe !== 'function')
    throw badPolicy(name, `observe: expected a function, got ${shown(observe)}`);
  return observe;
}

function decideOf(name: string, policy: Policy): GuardRules['decide'] {
  const { decide, operator } = policy as { readonly decide?: unknown; readonly operator?: unknown };
  if ((decide === undefined) === (operator === undefined)) {
    throw badPolicy(name, 'expected one of decide and operator. Pass { name, decide } or { name, operator }');
  }
  if (typeof (decide ?? operator) !== 'function') {
    throw badPolicy(
      name,
      `${decide === undefined ? 'operator' : 'decide'}: expected a function, got ${shown(decide ?? operator)}`,
    );
  }
  if ('decide' in policy && decide !== undefined) return policy.decide;
  const asked = (policy as Extract<Policy, { operator: unknown }>).operator;
  return (subject, context) => of({ subject, context }).pipe(asked);
}

/**
 * A promise cannot judge a statement, so a policy that always gives one and is asked about statements would end every
 * run that says something. Throws `BAD_OPTION`. Only what the platform itself calls async is seen here; the rest is a
 * fault once it answers.
 */
export function checkForRuns({ name, decide, selects }: GuardRules): void {
  if (Object.prototype.toString.call(decide) !== '[object AsyncFunction]') return;
  const statement = SAMPLES.find(type => selects(type));
  if (statement === undefined) return;
  throw badPolicy(
    name,
    `decide is async, and its types take in statements (${statement}), which do not wait for a verdict. Name the actions it judges, types: ['tool.called', 'llm.prompt'] for one, or answer without a promise`,
  );
}

/** Unlike a reader, which is never spared an end, a policy is asked about nothing that it did not name. */
function selectionOf(types: Policy['types']): (type: string) => boolean {
  const filter = parseFilter(types);
  if (filter.passesAll) return () => true;
  const always = parseFilter('minimal');
  return type =>
    always.passes(type) ? filter.spec.some(name => topicSelects(name, type)) : filter.passes(type);
}

/** Ends are heard by everybody, so that what is kept for a run can go. */
function hearingOf(types: Policy['observes']): (type: string) => boolean {
  const filter = parseFilter(types);
  return type => filter.passes(type);
}

function badPolicy(name: string, problem: string): SluiceError {
  const which = name === '' ? 'policy' : `policy ${JSON.stringify(name)}`;
  return new SluiceError('BAD_OPTION', `${which}: ${problem}.`);
}

function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return value === null ? 'null' : typeof value;
}
