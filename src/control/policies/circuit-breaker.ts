import { systemClock, type Clock } from '../../time/clock.ts';
import type { Matter } from '../execution-context.ts';
import { memoryPolicyStore } from '../memory-policy-store.ts';
import type { Policy } from '../policy.ts';
import type { CallOutcome } from '../policy-store.ts';
import type { Verdict } from '../verdict.ts';
import { type CallEnd, CallLedger, LEDGER_TYPES } from './call-ledger.ts';
import { COUNT, functionOption, MILLISECONDS, numberOption } from './policy-option.ts';
import { ASKING_ORDER, CALLS, type PolicyPlace, type PolicyStorage } from './policy-place.ts';
import { checkStore } from './check-store.ts';
import { checkRefusal, type Refusal, refusing } from './refusal.ts';
import { keyOf, type PolicyKey, thingOf } from './subject-names.ts';
import { whenKnown } from './when-known.ts';

/** When {@link circuitBreaker} opens and closes. */
export interface CircuitBreakerOptions extends PolicyPlace, PolicyStorage {
  /** So many failures open it: 1 to 10,000. Default: 5. */
  readonly failures?: number | undefined;
  /** Milliseconds in which they count together: 1 to a year. Default: 60,000. */
  readonly within?: number | undefined;
  /** Milliseconds in which nothing passes then: 1 to a year. Default: 30,000. */
  readonly cooldown?: number | undefined;
  /** Calls that try after that, at once at the most; when so many succeeded it closes: 1 to 1,000. Default: 1. */
  readonly halfOpen?: number | undefined;
  /** What shares one circuit. Default: the name of the tool, model or node. */
  readonly key?: PolicyKey | undefined;
  /** What becomes of calls while it is open. Default: `fail`. */
  readonly then?: Refusal | undefined;
  /** Which `*.failed` count. Default: all but those of calls that the run or a policy ended. */
  readonly counts?: ((failure: Matter) => boolean) | undefined;
  readonly clock?: Clock | undefined;
}

/** Codes of failures that say nothing about what was called. */
const NOT_ITS_FAULT: ReadonlySet<unknown> = new Set([
  ...['VETOED', 'POLICY_ERROR', 'STEP_ENDED', 'RUN_ENDED', 'RUN_CANCELLED', 'MAILBOX_FULL'],
  ...['MAX_DURATION', 'IDLE_TIMEOUT', 'OWNER_LOST', 'RUN_HANDED_OVER', 'ENGINE_CLOSED', 'STORAGE_LOST'],
]);

/**
 * Spares what fails: a circuit for each key, closed until enough calls failed, open for a while, then half open, when a
 * few calls try. Asked about `tool.called` and `llm.prompt`, each attempt anew; answers at once if its store does.
 * Learns of outcomes from the events of its runs, so it needs an engine. Throws `BAD_OPTION`. Memory: its store's, and
 * the calls under way.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): Policy {
  const { name = 'circuitBreaker', priority = ASKING_ORDER.breaker, types = CALLS, then = 'fail' } = options;
  const {
    key = thingOf,
    clock = systemClock,
    store = memoryPolicyStore({ clock }),
    onError,
    timeout,
  } = options;
  const { counts = ({ data }: Matter) => !NOT_ITS_FAULT.has(data['code']) } = options;
  const rules = {
    failures: numberOption('circuitBreaker: failures', options.failures ?? 5, { ...COUNT, max: 10_000 }),
    within: numberOption('circuitBreaker: within', options.within ?? 60_000, MILLISECONDS),
    cooldown: numberOption('circuitBreaker: cooldown', options.cooldown ?? 30_000, MILLISECONDS),
    halfOpen: numberOption('circuitBreaker: halfOpen', options.halfOpen ?? 1, { ...COUNT, max: 1_000 }),
  };
  checkStore('circuitBreaker: store', store, ['admit', 'report']);
  checkRefusal('circuitBreaker: then', then);
  functionOption('circuitBreaker: key', key);
  functionOption('circuitBreaker: counts', counts);
  const outcomeOf = (end: CallEnd, subject: Matter): CallOutcome => {
    if (end === 'succeeded') return 'succeeded';
    return end === 'failed' && counts(subject) ? 'failed' : 'dropped';
  };
  const ledger = new CallLedger<{ readonly what: string; readonly trial: number | undefined }>(
    name,
    ({ what, trial }, end, subject) =>
      store.report(`${name}:${what}`, rules, { outcome: outcomeOf(end, subject), trial }),
  );
  return {
    ...{ name, priority, types, onError, timeout },
    observes: LEDGER_TYPES,
    decide(subject, context) {
      if (ledger.isHeld(subject, context)) return { signal: 'PROCEED' };
      const what = keyOf(key, subject, context);
      return whenKnown(store.admit(`${name}:${what}`, rules), (admission): Verdict => {
        if (admission.state === 'open') {
          return refusing(then, `${what}: too much failed, tries again in ${admission.wait} ms`);
        }
        const trial = admission.state === 'trial' ? admission.trial : undefined;
        ledger.hold(subject, context, { what, trial });
        return { signal: 'PROCEED' };
      });
    },
    observe: (subject, context) => ledger.hear(subject, context) as undefined,
  };
}
