import type { JsonObject } from '../../event/json.ts';
import { isThenable } from '../answer.ts';
import type { ExecutionContext, Matter } from '../execution-context.ts';
import type { Policy } from '../policy.ts';
import type { Verdict } from '../verdict.ts';
import { type FailureChoice, readChoice } from './failure-choice.ts';
import { badOption } from './policy-option.ts';
import { ASKING_ORDER, FAILURES, type PolicyPlace } from './policy-place.ts';
import { thingOf } from './subject-names.ts';

/** What {@link fallbackValue} puts in the place of a failure. */
export interface FallbackValueOptions extends PolicyPlace, FailureChoice {
  /**
   * What the call resolves with; or what makes it, at once or later. `undefined` is no value. Seen in the decision, so
   * JSON, or it is left out there.
   */
  readonly value: unknown;
}

/** Makes a value for a failure. */
type ValueOf = (subject: Matter, error: unknown, context: ExecutionContext) => unknown;

/**
 * Lets a failed call resolve with a value. Asked about `tool.failed`, `llm.failed` and `node.failed`, behind `retry`:
 * when nobody wants another attempt. The failure is recorded all the same; a veto stays one. Answers at once unless
 * `value` takes its time; judges no statements. Throws `BAD_OPTION`. Memory: none.
 */
export function fallbackValue(options: FallbackValueOptions): Policy {
  const { name = 'fallbackValue', priority = ASKING_ORDER.fallback, types = FAILURES } = options;
  const { value } = options;
  if (value === undefined) throw badOption('fallbackValue: value', 'expected one, got none');
  const chooses = readChoice('fallbackValue', options);
  const valueOf: ValueOf = typeof value === 'function' ? (value as ValueOf) : () => value;
  return {
    ...{ name, priority, types },
    decide(subject, context) {
      if (!chooses(subject, context)) return { signal: 'PROCEED' };
      const answer = valueOf(subject, context.error, context);
      return isThenable(answer)
        ? Promise.resolve(answer).then(late => verdictOf(late, subject))
        : verdictOf(answer, subject);
    },
  };
}

function verdictOf(value: unknown, subject: Matter): Verdict {
  const { error }: JsonObject = subject.data;
  const why = typeof error === 'string' ? `: ${error}` : '';
  return { signal: 'FALLBACK', value, reason: `${thingOf(subject)} failed${why}` };
}
