import { Observable } from 'rxjs';
import type { ExecutionContext, Matter } from '../execution-context.ts';
import type { Policy } from '../policy.ts';
import type { Verdict } from '../verdict.ts';
import { CallLedger, LEDGER_TYPES } from './call-ledger.ts';
import { badOption, COUNT, functionOption, numberOption, shown } from './policy-option.ts';
import { ACTIONS, ASKING_ORDER, CALLS, type PolicyPlace } from './policy-place.ts';
import { checkRefusal, type Refusal, refusing } from './refusal.ts';
import { attemptOf, keyOf, type PolicyKey, thingOf } from './subject-names.ts';

/** How much {@link concurrencyLimit} lets happen at once. */
export interface ConcurrencyLimitOptions extends Omit<PolicyPlace, 'types'> {
  /** So many at once: 1 or more. */
  readonly limit: number;
  /** What is limited. A node waits for what is inside it: give nodes no slots that their own tools need. Default: `tool.called` and `llm.prompt`. */
  readonly types?: readonly (typeof ACTIONS)[number][] | undefined;
  /** What shares one limit. Default: the name of the tool, model or node; `() => 'all'` for one over all. */
  readonly key?: PolicyKey | undefined;
  /** What becomes of what is one too many; `wait`: first come, first served. Default: `wait`. */
  readonly then?: 'wait' | Refusal | undefined;
  /** So many may wait for one key; one more fails. 1 or more. Default: 1,000. */
  readonly queue?: number | undefined;
}

/** The slots of one key. */
interface Lane {
  taken: number;
  readonly waiting: Set<() => void>;
}

/**
 * Lets so much happen at once and no more. A slot is held from the yes of this policy to the end of the call, the no of
 * a later policy, or the end of the run, forced or not. Answers at once unless it waits, and waits without limit, since
 * what it waits for may take its time; who is cancelled leaves the line. Slots are those of this process, and need an
 * engine that tells of endings. A call that a full mailbox refuses keeps its slot until its run ends. Throws
 * `BAD_OPTION`. Memory: calls under way and waiting.
 */
export function concurrencyLimit(options: ConcurrencyLimitOptions): Policy {
  const { name = 'concurrencyLimit', priority = ASKING_ORDER.concurrency, then = 'wait' } = options;
  const { key = thingOf, types = CALLS } = options;
  const limit = numberOption('concurrencyLimit: limit', options.limit, COUNT);
  const queue = numberOption('concurrencyLimit: queue', options.queue ?? 1_000, COUNT);
  checkRefusal('concurrencyLimit: then', then, ['wait']);
  functionOption('concurrencyLimit: key', key);
  checkActions(types);
  const lanes = new Map<string, Lane>();
  const release = (what: string): void => {
    const lane = lanes.get(what)!;
    lane.taken--;
    for (const next of lane.waiting) {
      lane.waiting.delete(next);
      return next();
    }
    if (lane.taken === 0) lanes.delete(what);
  };
  const ledger = new CallLedger<string>(name, release);
  const take = (lane: Lane, what: string, subject: Matter, context: ExecutionContext): Verdict => {
    lane.taken++;
    ledger.hold(subject, context, what);
    return { signal: 'PROCEED' };
  };
  return {
    ...{ name, priority, types, timeout: Infinity },
    observes: LEDGER_TYPES,
    decide(subject, context) {
      if (ledger.isHeld(subject, context)) return { signal: 'PROCEED' };
      if (attemptOf(subject) === undefined) {
        throw new TypeError(`${subject.type}: expected a callId or a node, by which its end is known`);
      }
      const what = keyOf(key, subject, context);
      let lane = lanes.get(what);
      if (!lane) lanes.set(what, (lane = { taken: 0, waiting: new Set() }));
      if (lane.taken < limit) return take(lane, what, subject, context);
      const reason = `${what}: ${limit} are under way`;
      if (then !== 'wait') return refusing(then, reason);
      const { waiting } = lane;
      if (waiting.size >= queue) return { signal: 'FAIL', reason: `${reason}, and ${queue} wait` };
      return new Observable<Verdict>(subscriber => {
        const serve = (): void => {
          const verdict = take(lane, what, subject, context);
          subscriber.next(verdict);
        };
        waiting.add(serve);
        return () => waiting.delete(serve);
      });
    },
    observe: (subject, context) => ledger.hear(subject, context) as undefined,
  };
}

function checkActions(types: unknown): void {
  const known: readonly unknown[] = ACTIONS;
  if (Array.isArray(types) && types.length > 0 && types.every(type => known.includes(type))) return;
  const got = Array.isArray(types) ? JSON.stringify(types).slice(0, 80) : shown(types);
  throw badOption('concurrencyLimit: types', `expected a list of ${ACTIONS.join(', ')}, got ${got}`);
}
