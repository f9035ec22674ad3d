import { SluiceError } from '../errors/sluice-error.ts';
import { CharacterClass } from './character-class.ts';
import { entropyOf } from './entropy.ts';
import type { TextScan } from './text-scan.ts';

/** How secrets of one kind look: a literal beginning, and then so many of certain characters. */
export interface SecretRule {
  /** 1 to 64 letters, digits or any of `_ . : / -`; unique. Stands in the mark. */
  readonly name: string;
  /** What every such secret begins with, 3 to 64 ASCII characters; case matters. */
  readonly prefix: string | readonly string[];
  /** The characters behind it, as between the brackets of a regular expression: `A-Za-z0-9_-`. No escapes. */
  readonly chars: string;
  /** How many of them at least, 4 to `max`. */
  readonly min: number;
  /** How many of them at most, up to 16,384. What goes beyond is not masked, and a stream waits for no more. */
  readonly max: number;
}

/** What a shape says of a place in a text. */
export interface Sighting {
  /** The stretch to mask; empty if there is none. */
  readonly start: number;
  readonly end: number;
  /** The text ended before the shape did: with what follows it may be a secret, or a longer one. */
  readonly isOpen: boolean;
}

/** What a shape is found by. */
export interface Anchor {
  /** At least 4 characters, so that a search may leap. */
  readonly text: string;
  /** How much of it is the prefix; the rest is what the secret may go on with. */
  readonly length: number;
}

/** A kind of secret as the detectors look for it. */
export interface SecretShape {
  readonly name: string;
  readonly anchors: readonly Anchor[];
  /** A prefix counts only if no letter, digit or `_` stands in front of it. */
  readonly isWhole: boolean;
  /** Looks at a prefix that begins at `from` and ends at `at`. Takes constant time besides what `scan` accounts for. */
  readonly see: (scan: TextScan, from: number, at: number) => Sighting | undefined;
}

/** What only our own rules say besides. */
export interface ProviderRule extends SecretRule {
  /** Default: true. See {@link SecretShape}. */
  readonly isWhole?: boolean;
  /** The prefix is not masked, nor so many of these characters behind it. */
  readonly gap?: { readonly chars: string; readonly min: number; readonly max: number };
  /** It has a digit, or a capital behind a small letter; plain words have not. */
  readonly isMixed?: boolean;
  /** None of its characters follows behind `max` of them. */
  readonly isExact?: boolean;
  /** Bits per character, at least. */
  readonly entropy?: number;
}

/** A {@link ProviderRule}, ready to be looked for. */
export function ruleShape(rule: ProviderRule): SecretShape {
  const { name, min, max, gap, isWhole = true, isMixed = false, isExact = false, entropy = 0 } = rule;
  const chars = new CharacterClass(rule.chars);
  const gapChars = gap && new CharacterClass(gap.chars);
  const looksRight = (scan: TextScan, from: number, end: number): boolean =>
    (!isMixed || scan.isMixed(from, end)) && (entropy === 0 || entropyOf(scan, from, end) >= entropy);
  return {
    name,
    anchors: [rule.prefix].flat().flatMap(prefix => anchorsOf(prefix, chars.all())),
    isWhole,
    see: (scan, from, at) => {
      const { length } = scan.text;
      let body = at;
      if (gap && gapChars) {
        body = Math.min(scan.runEnd(gapChars, at), at + gap.max);
        if (body < length && body - at < gap.min) return undefined;
      }
      const run = scan.runEnd(chars, body);
      const end = Math.min(run, body + max);
      if (isExact && run > end) return undefined;
      const isOpen = run === length && (isExact || end - body < max);
      const isSecret = end - body >= min && looksRight(scan, body, end);
      if (!isSecret) return isOpen ? { start: at, end: at, isOpen } : undefined;
      return { start: gap ? body : from, end, isOpen };
    },
  };
}

/** A prefix as it is; one of three characters with each that may follow it. */
export function anchorsOf(prefix: string, following: Iterable<string>): readonly Anchor[] {
  const { length } = prefix;
  if (length > 3) return [{ text: prefix, length }];
  return Array.from(following, char => ({ text: prefix + char, length }));
}

const NAME = /^[\w.:/-]{1,64}$/;
const ASCII = /^[\x20-\x7e]+$/;
const LONGEST = 16_384;

/** Checks a user's rule. Throws `BAD_OPTION`. */
export function checkRule(rule: SecretRule): ProviderRule {
  const { name, prefix, chars, min, max } = rule;
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw badRule('expected a name of 1 to 64 letters, digits or any of _ . : / -', name);
  }
  const prefixes: readonly unknown[] = Array.isArray(prefix) ? prefix : [prefix];
  if (prefixes.length === 0) throw badRule(`expected a prefix for "${name}"`, prefix);
  for (const each of prefixes) {
    if (typeof each !== 'string' || each.length < 3 || each.length > 64 || !ASCII.test(each)) {
      throw badRule(`expected a prefix of 3 to 64 printable ASCII characters for "${name}"`, each);
    }
  }
  if (typeof chars !== 'string' || !ASCII.test(chars)) {
    throw badRule(
      `expected printable ASCII characters and ranges such as A-Za-z0-9_- as chars of "${name}"`,
      chars,
    );
  }
  for (const [range] of chars.matchAll(/.-(?=.)./g)) {
    if (range[0]! > range[2]!) throw badRule(`expected ranges that go upwards in chars of "${name}"`, range);
  }
  if (!Number.isInteger(min) || min < 4) throw badRule(`expected a min of 4 or more for "${name}"`, min);
  if (!Number.isInteger(max) || max < min || max > LONGEST) {
    throw badRule(`expected a max from min (${min}) to ${LONGEST} for "${name}"`, max);
  }
  return { name, prefix, chars, min, max };
}

function badRule(expected: string, got: unknown): SluiceError {
  const shown = JSON.stringify(got)?.slice(0, 80) ?? typeof got;
  return new SluiceError(
    'BAD_OPTION',
    `secrets.rules: ${expected}, got ${shown}. A rule is { name, prefix, chars, min, max }.`,
  );
}
