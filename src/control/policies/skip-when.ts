import { isThenable } from '../answer.ts';
import type { ExecutionContext, Matter } from '../execution-context.ts';
import type { Policy } from '../policy.ts';
import type { Verdict } from '../verdict.ts';
import { badOption, shown } from './policy-option.ts';
import { ACTIONS, ASKING_ORDER, type PolicyPlace } from './policy-place.ts';

/** How {@link skipWhen} leaves something out. */
export interface SkipWhenOptions extends PolicyPlace {
  /** What the call resolves with. Default: `undefined`. */
  readonly value?: unknown;
  /** Why, for those who read the decision. */
  readonly reason?: string | undefined;
}

/**
 * Leaves out what the predicate is true for: a feature that is switched off, a tenant without it. Asked about
 * `tool.called`, `llm.prompt` and `node.started`; with `types` also about statements, then the predicate has to answer
 * at once. A predicate that answers neither true nor false breaks the policy. Throws `BAD_OPTION`. Memory: none.
 */
export function skipWhen(
  predicate: (subject: Matter, context: ExecutionContext) => boolean | Promise<boolean>,
  options: SkipWhenOptions = {},
): Policy {
  const { name = 'skipWhen', priority = ASKING_ORDER.flag, types = ACTIONS, value, reason } = options;
  if (typeof predicate !== 'function') {
    throw badOption('skipWhen: predicate', `expected a function, got ${shown(predicate)}`);
  }
  const verdictOf = (answer: unknown): Verdict => {
    if (typeof answer !== 'boolean') throw new TypeError(`expected true or false, got ${shown(answer)}`);
    return answer ? { signal: 'SKIP', value, reason } : { signal: 'PROCEED' };
  };
  return {
    ...{ name, priority, types },
    decide(subject, context) {
      const answer = predicate(subject, context);
      return isThenable(answer) ? Promise.resolve(answer).then(verdictOf) : verdictOf(answer);
    },
  };
}
