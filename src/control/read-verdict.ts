import type { Decision } from './verdict.ts';

/** What an answer may be, where it is about a statement. */
export interface StatementTerms {
  /** Throws if the value cannot stand in the place of the statement. */
  admit(value: unknown): void;
}

/** The one decision that lets pass. */
export const PROCEED: Decision = Object.freeze({ signal: 'PROCEED' });

const LONGEST_DELAY = 2 ** 31 - 1;
const SIGNALS = 'PROCEED, SKIP, RETRY, FALLBACK or FAIL';

/** A verdict, checked member by member, as the decision of its policy. Throws an error that says what is wrong. */
export function readVerdict(answer: unknown, policy: string, statement?: StatementTerms): Decision {
  if (typeof answer !== 'object' || answer === null) {
    throw new TypeError(`expected a verdict with the signal ${SIGNALS}, got ${nameOf(answer)}`);
  }
  const { signal, value, delay, reason } = answer as Record<string, unknown>;
  if (reason !== undefined && typeof reason !== 'string') {
    throw new TypeError(`reason: expected a string, got ${nameOf(reason)}`);
  }
  const why = reason === undefined ? {} : { reason };
  switch (signal) {
    case 'PROCEED':
      return PROCEED;
    case 'SKIP':
      return { signal, policy, ...why, ...(value !== undefined && { value }) };
    case 'RETRY':
      if (statement) throw new TypeError('RETRY: a statement cannot be asked about again');
      if (typeof delay !== 'number' || !(delay >= 0 && delay <= LONGEST_DELAY)) {
        const got = typeof delay === 'number' ? String(delay) : nameOf(delay);
        throw new TypeError(`RETRY: delay: expected 0 to ${LONGEST_DELAY} ms, got ${got}`);
      }
      return { signal, policy, ...why, delay };
    case 'FALLBACK':
      if (value === undefined) throw new TypeError('FALLBACK: value: expected one, got none');
      statement?.admit(value);
      return { signal, policy, ...why, value };
    case 'FAIL':
      if (reason === undefined) throw new TypeError('FAIL: reason: expected a string, got none');
      return { signal, policy, reason };
    default:
      throw new TypeError(`signal: expected ${SIGNALS}, got ${shown(signal)}`);
  }
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

function shown(signal: unknown): string {
  return typeof signal === 'string' ? JSON.stringify(signal.slice(0, 40)) : nameOf(signal);
}
