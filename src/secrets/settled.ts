import type { TextMask } from './mask-value.ts';

/** A secret, in the longest of its forms, is no longer than this. */
const LONGEST_FORM = 1 << 18;

/** What stands around a text. */
export interface Surroundings {
  /** What was shown before it, of which the last 12 characters count. */
  readonly before: string;
  /** What is known to follow it. */
  readonly ahead?: string | undefined;
}

/**
 * How many characters from the beginning of `text` can be masked and shown now: what follows cannot make them part of a
 * secret. A surrogate pair is never cut.
 */
export function settledLength(text: string, mask: TextMask, { before, ahead }: Surroundings): number {
  if (!mask.pending) return text.length;
  if (ahead !== undefined && ahead !== '' && isCut(text, ahead, mask)) return text.length;
  const pending = mask.pending(text, before);
  return pending === 0 ? text.length : inFrontOfPair(text, text.length - pending);
}

/** Whether nothing that is a secret, or may become one, lies across the place where `ahead` begins. */
function isCut(text: string, ahead: string, mask: TextMask): boolean {
  const from = Math.max(0, text.length - LONGEST_FORM);
  const own = text.slice(from);
  const whole = own + ahead.slice(0, LONGEST_FORM);
  if (mask.pending!(whole) > whole.length - own.length) return false;
  const masked = mask.mask(whole);
  if (masked === whole) return true;
  return masked === mask.mask(own) + mask.mask(whole.slice(own.length), { before: own });
}

function inFrontOfPair(text: string, at: number): number {
  if (at === 0 || at === text.length) return at;
  const before = text.charCodeAt(at - 1);
  const behind = text.charCodeAt(at);
  return before >= 0xd800 && before < 0xdc00 && behind >= 0xdc00 && behind < 0xe000 ? at - 1 : at;
}
