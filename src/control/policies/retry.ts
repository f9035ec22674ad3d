import { fullJitter } from '../../time/full-jitter.ts';
import { nameOption } from '../../operators/check-option.ts';
import type { Policy } from '../policy.ts';
import type { Verdict } from '../verdict.ts';
import { type FailureChoice, GivenUp, readChoice } from './failure-choice.ts';
import { COUNT, MILLISECONDS, numberOption } from './policy-option.ts';
import { ASKING_ORDER, FAILURES, type PolicyPlace } from './policy-place.ts';
import { thingOf } from './subject-names.ts';

/** How {@link retry} tries again. */
export interface RetryOptions extends PolicyPlace, FailureChoice {
  /** Attempts in all, the first one too: 1 to 1,000. A call's own `attempts` (default 10) bounds it besides. Default: 3. */
  readonly attempts?: number | undefined;
  /** Milliseconds before the second attempt: 0 to a year. Default: 200. */
  readonly delay?: number | undefined;
  /** Milliseconds no delay exceeds: 0 to 2^31-1. Default: 30,000. */
  readonly maxDelay?: number | undefined;
  /** By how much each delay is longer than the one before: 1 to 100. Default: 2. */
  readonly factor?: number | undefined;
  /**
   * `full`: any delay from 0 to the one of its turn, so that those who failed together do not return together. `none`:
   * that delay itself. Default: `full`.
   */
  readonly jitter?: 'full' | 'none' | undefined;
}

/**
 * Tries again what failed, after delays that grow. Asked about `tool.failed`, `llm.failed` and `node.failed`; answers
 * at once; judges no statements. Never tries again what a policy vetoed, nor around a call what that call was given up
 * with, so that three attempts of a tool in a node stay three. Throws `BAD_OPTION`. Memory: none.
 */
export function retry(options: RetryOptions = {}): Policy {
  const { name = 'retry', priority = ASKING_ORDER.retry, types = FAILURES } = options;
  const attempts = numberOption('retry: attempts', options.attempts ?? 3, { ...COUNT, max: 1_000 });
  const first = numberOption('retry: delay', options.delay ?? 200, { ...MILLISECONDS, min: 0 });
  const longest = numberOption('retry: maxDelay', options.maxDelay ?? 30_000, {
    ...{ min: 0, max: 2 ** 31 - 1, unit: 'ms' },
  });
  const factor = numberOption('retry: factor', options.factor ?? 2, { min: 1, max: 100, unit: 'times' });
  const jitter = nameOption('retry: jitter', options.jitter ?? 'full', ['full', 'none']);
  const chooses = readChoice('retry', options);
  const givenUp = new GivenUp();
  return {
    ...{ name, priority, types },
    decide(subject, context): Verdict {
      const { attempt, error } = context;
      if (givenUp.has(error) || !chooses(subject, context)) return { signal: 'PROCEED' };
      if (attempt >= attempts) {
        givenUp.add(error);
        return { signal: 'PROCEED' };
      }
      const turn = Math.min(longest, first * factor ** (attempt - 1));
      const delay = jitter === 'full' ? fullJitter(turn) : Math.round(turn);
      const reason = `${thingOf(subject)}: attempt ${attempt} of ${attempts} failed, again in ${delay} ms`;
      return { signal: 'RETRY', delay, reason };
    },
  };
}
