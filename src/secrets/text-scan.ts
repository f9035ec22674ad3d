import type { CharacterClass } from './character-class.ts';
import { isInsideWord } from './inside-word.ts';

/** So many looks a text may take for each of its characters, and some more for a short one. */
const LOOKS_PER_CHARACTER = 16;
const LOOKS_FOR_ANY = 65_536;

interface Stretch {
  from: number;
  end: number;
}

/**
 * One text and what was found out about it. Rules that ask the same again, further on in the same stretch of
 * characters, are told without a second look, so that a text costs one pass per character class at the most.
 */
export class TextScan {
  /** Characters and rules looked at. */
  looks = 0;
  readonly text: string;
  /** What stands in front of the text, so far as it is known. */
  readonly before: string;
  readonly #runs = new Map<number, Stretch>();
  readonly #literals = new Map<string, Stretch>();
  #mixed: Stretch | undefined;

  constructor(text: string, before: string) {
    this.text = text;
    this.before = before;
  }

  /** Whether so much work was done that the text must be withheld. Only many overlapping rules come here. */
  get isSpent(): boolean {
    return this.looks > LOOKS_PER_CHARACTER * this.text.length + LOOKS_FOR_ANY;
  }

  /** Whether a place lies inside of a word, in which no token begins. */
  isInsideWord(at: number): boolean {
    return isInsideWord(this.text, at, this.before);
  }

  /** Where the characters of a class end that begin at a place; the place itself if there are none. */
  runEnd(chars: CharacterClass, at: number): number {
    let run = this.#runs.get(chars.id);
    if (run && at >= run.from && at <= run.end) return run.end;
    let end = at;
    while (end < this.text.length && chars.has(this.text.charCodeAt(end))) end++;
    this.looks += end - at + 1;
    if (run) {
      run.from = at;
      run.end = end;
    } else {
      run = { from: at, end };
      this.#runs.set(chars.id, run);
    }
    return end;
  }

  /** Where a text next begins, at a place or behind it; the length of the text if nowhere. */
  next(literal: string, at: number): number {
    const known = this.#literals.get(literal);
    if (known && at >= known.from && at <= known.end) return known.end;
    const found = this.text.indexOf(literal, at);
    const end = found < 0 ? this.text.length : found;
    this.looks += ((end - at) >> 4) + 1;
    this.#literals.set(literal, { from: at, end });
    return end;
  }

  /** Whether a stretch looks like made by a machine: a digit, or a capital behind a small letter. */
  isMixed(from: number, end: number): boolean {
    if (!this.#mixed || from < this.#mixed.from || from > this.#mixed.end) {
      let at = from;
      while (at < this.text.length && !isDigit(this.text.charCodeAt(at)) && !this.#isCamel(at)) at++;
      this.looks += at - from + 1;
      this.#mixed = { from, end: at };
    }
    return this.#mixed.end < end;
  }

  #isCamel(at: number): boolean {
    const code = this.text.charCodeAt(at);
    if (code < 65 || code > 90 || at === 0) return false;
    const before = this.text.charCodeAt(at - 1);
    return before >= 97 && before <= 122;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
