import type { TextMask } from './mask-value.ts';

/** A secret, in the longest of its forms, is no longer than this. */
const LONGEST_FORM = 1 << 18;

/**
 * How many characters from the beginning of `text` can be masked and shown now: what follows cannot make them part of a
 * secret. `ahead` is what is known to follow, and is looked at too. A surrogate pair is never cut.
 */
export function settledLength(text: string, mask: TextMask, ahead = ''): number {
  if (!mask.pending) return text.length;
  if (ahead !== '' && isCut(text, ahead, mask)) return text.length;
  return inFrontOfPair(text, text.length - mask.pending(text));
}

/** Whether nothing that is a secret, or may become one, lies across the place where `ahead` begins. */
function isCut(text: string, ahead: string, mask: TextMask): boolean {
  const from = Math.max(0, text.length - LONGEST_FORM);
  const before = text.slice(from);
  const whole = before + ahead.slice(0, LONGEST_FORM);
  if (mask.pending!(whole) > whole.length - before.length) return false;
  const masked = mask.mask(whole);
  return masked === whole || masked === mask.mask(before) + mask.mask(whole.slice(before.length));
}

function inFrontOfPair(text: string, at: number): number {
  if (at === 0 || at === text.length) return at;
  const before = text.charCodeAt(at - 1);
  const behind = text.charCodeAt(at);
  return before >= 0xd800 && before < 0xdc00 && behind >= 0xdc00 && behind < 0xe000 ? at - 1 : at;
}
