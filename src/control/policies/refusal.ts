import type { Verdict } from '../verdict.ts';
import { badOption, shown } from './policy-option.ts';

/**
 * What becomes of what must not go ahead: `fail` throws `VETOED` at the call (over a statement: the run fails), `skip`
 * leaves it out, `{ fallback }` puts a value in its place.
 */
export type Refusal = 'fail' | 'skip' | { readonly fallback: unknown };

/** Throws `BAD_OPTION`. `more` are words that a policy understands besides. */
export function checkRefusal<Then>(option: string, then: Then, more: readonly string[] = []): Then {
  const words: readonly unknown[] = ['fail', 'skip', ...more];
  if (words.includes(then)) return then;
  if (typeof then === 'object' && (then as { fallback?: unknown } | null)?.fallback !== undefined)
    return then;
  throw badOption(option, `expected ${words.join(', ')} or { fallback }, got ${shown(then)}`);
}

export function refusing(then: Refusal, reason: string): Verdict {
  if (then === 'fail') return { signal: 'FAIL', reason };
  if (then === 'skip') return { signal: 'SKIP', reason };
  return { signal: 'FALLBACK', value: then.fallback, reason };
}
