import { systemClock, type Clock } from '../../time/clock.ts';
import { memoryPolicyStore } from '../memory-policy-store.ts';
import type { Policy } from '../policy.ts';
import type { Verdict } from '../verdict.ts';
import { COUNT, functionOption, MILLISECONDS, numberOption } from './policy-option.ts';
import { ASKING_ORDER, CALLS, type PolicyPlace, type PolicyStorage } from './policy-place.ts';
import { checkStore } from './check-store.ts';
import { checkRefusal, type Refusal, refusing } from './refusal.ts';
import { RunNotes } from './run-notes.ts';
import { attemptOf, isEnd, keyOf, type PolicyKey, runOf, thingOf } from './subject-names.ts';
import { whenKnown } from './when-known.ts';

/** How often {@link rateLimit} lets something happen. */
export interface RateLimitOptions extends PolicyPlace, PolicyStorage {
  /** So often in `per`, on average: 1 or more. */
  readonly limit: number;
  /** Milliseconds: 1 to a year. */
  readonly per: number;
  /** So often at once, after a quiet time: 1 or more. Default: `limit`. */
  readonly burst?: number | undefined;
  /** What shares one limit. Default: the name of the tool, model or node; `(_, { tenantId }) => tenantId` for one a tenant. */
  readonly key?: PolicyKey | undefined;
  /** What becomes of what comes too early; `wait`: a RETRY at its turn. Statements cannot wait. Default: `wait`. */
  readonly then?: 'wait' | Refusal | undefined;
  /** Milliseconds nobody waits longer than: who would have to fails at once. Default: 60,000. */
  readonly maxWait?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Timers are a little early at times, and then a turn must not be missed for it. */
const EARLY = 2;

/**
 * Lets things happen so often and no oftener: a token bucket for each key. Asked about `tool.called` and `llm.prompt`,
 * each attempt anew; answers at once if its store does, and then about statements too, unless they should wait. Who waits
 * has its turn reserved, first come, first served, and sees one RETRY. What a later policy refuses has taken its token.
 * Throws `BAD_OPTION`. Memory: its store's, and those who wait.
 */
export function rateLimit(options: RateLimitOptions): Policy {
  const { name = 'rateLimit', priority = ASKING_ORDER.rate, types = CALLS, then = 'wait' } = options;
  const {
    key = thingOf,
    clock = systemClock,
    store = memoryPolicyStore({ clock }),
    onError,
    timeout,
  } = options;
  const limit = numberOption('rateLimit: limit', options.limit, COUNT);
  const bucket = {
    limit,
    per: numberOption('rateLimit: per', options.per, MILLISECONDS),
    burst: numberOption('rateLimit: burst', options.burst ?? limit, COUNT),
  };
  const maxWait = numberOption('rateLimit: maxWait', options.maxWait ?? 60_000, {
    ...{ min: 0, max: 2 ** 31 - 1, unit: 'ms' },
  });
  checkStore('rateLimit: store', store, ['take']);
  checkRefusal('rateLimit: then', then, ['wait']);
  functionOption('rateLimit: key', key);
  /** When it is the turn of those who wait. */
  const turns = new RunNotes<number>();
  return {
    ...{ name, priority, types, onError, timeout },
    observes: 'minimal',
    decide(subject, context) {
      const run = runOf(context);
      const attempt = attemptOf(subject);
      const turn = attempt === undefined ? undefined : turns.get(run, attempt);
      if (turn !== undefined && attempt !== undefined) {
        const left = Math.ceil(turn - clock.now());
        if (left > EARLY) return waiting(subject.type, left);
        turns.delete(run, attempt);
        return { signal: 'PROCEED' };
      }
      const what = keyOf(key, subject, context);
      // Without a name it would not be known again, and its reservation would be lost.
      const patience = then === 'wait' && attempt !== undefined ? maxWait : 0;
      return whenKnown(store.take(`${name}:${what}`, bucket, patience), (wait): Verdict => {
        if (wait === 0) return { signal: 'PROCEED' };
        const reason = `${what}: ${limit} in ${bucket.per} ms are reached, again in ${wait} ms`;
        if (then !== 'wait') return refusing(then, reason);
        if (wait > maxWait) return { signal: 'FAIL', reason };
        if (attempt !== undefined) turns.set(run, attempt, clock.now() + wait);
        return waiting(what, wait);
      });
    },
    observe(subject, context) {
      if (isEnd(subject)) turns.endRun(runOf(context));
    },
  };
}

function waiting(what: string, delay: number): Verdict {
  return { signal: 'RETRY', delay, reason: `${what}: its turn is in ${delay} ms` };
}
