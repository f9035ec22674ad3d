import type { PatternTable } from './pattern-table.ts';

/** A prefix of at least one pattern. */
class Prefix {
  /** By the next character: the prefix with it, or `null` where no pattern goes on so; absent until a text asked. */
  readonly children = new Map<number, Prefix | null>();
  /** The longest proper suffix that is a prefix as well; the root's is the root. */
  shorter: Prefix;

  constructor(
    /** The patterns from `first` to before `end`, in order, begin with this prefix. */
    readonly first: number,
    readonly end: number,
    readonly length: number,
  ) {
    this.shorter = this;
  }
}

/** Beginnings of up to so many characters are noted in a table, which tells most places of a text apart at a look. */
const GRAM = 4;
const CELLS = 1 << 16;
/** What a cell notes, by how many characters the beginning has. A cell of one character is exact. */
const ONE = 1;
const TWO = 2;
const THREE = 4;
const FOUR = 8;

function cellOfTwo(text: string, at: number): number {
  return ((text.charCodeAt(at) << 8) ^ text.charCodeAt(at + 1)) & (CELLS - 1);
}

function cellOfThree(text: string, at: number): number {
  const low = (text.charCodeAt(at) << 8) ^ text.charCodeAt(at + 1);
  return Math.imul((low << 7) ^ text.charCodeAt(at + 2), 0x9e3779b1) >>> 16;
}

function cellOfFour(text: string, at: number): number {
  const low = (text.charCodeAt(at) << 5) ^ text.charCodeAt(at + 1);
  const high = (text.charCodeAt(at + 2) << 5) ^ text.charCodeAt(at + 3);
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> 16;
}

/** Whether an end of so many characters counts. */
type Counts = (length: number) => boolean;

/** So many prefixes are kept between two texts: a few MB. Those that texts never touch are never made. */
const MOST_KEPT = 16_384;

/**
 * Tells how much of the end of a text may be the beginning of a pattern, after Aho and Corasick (1975). Thousands of
 * patterns in a dozen forms would make millions of nodes, so that only those are made that a text walks through.
 * The time is linear in the end of the text that is as long as the longest pattern, and grows with the
 * logarithm of the number of patterns.
 */
export class PrefixTree {
  /** Prefixes visited and made since the tree exists: the work done, for specs that count it. */
  steps = 0;
  readonly #patterns: readonly string[];
  readonly #longest: number;
  #root: Prefix;
  #kept = 0;
  readonly #table: PatternTable;
  /** Whether a pattern begins like this; some that do not share a cell with one. */
  readonly #beginnings = new Uint8Array(CELLS);

  /** Of patterns of 4 characters or more, and the table that finds them. */
  constructor(patterns: Iterable<string>, table: PatternTable) {
    this.#table = table;
    this.#patterns = [...new Set(patterns)].sort();
    for (const pattern of this.#patterns) this.#note(pattern);
    this.#longest = this.#patterns.reduce((most, { length }) => Math.max(most, length), 0);
    this.#root = new Prefix(0, this.#patterns.length, 0);
  }

  /**
   * Length of the longest end of the text that is a pattern's beginning, and not all of that pattern; of those ends
   * that `counts` lets count.
   */
  openEnd(text: string, counts?: Counts): number {
    if (this.#kept > MOST_KEPT) {
      this.#root = new Prefix(0, this.#patterns.length, 0);
      this.#kept = 0;
    }
    const from = this.#nextBeginning(text, Math.max(0, text.length - this.#longest + 1));
    // What most texts end in, and most pieces of a stream are: nothing but the last three characters is to be looked at.
    return from + GRAM > text.length ? this.#shortEnd(text, from, counts) : this.#longEnd(text, from, counts);
  }

  #note(pattern: string): void {
    const noted = this.#beginnings;
    noted[pattern.charCodeAt(0)]! |= ONE;
    noted[cellOfTwo(pattern, 0)]! |= TWO;
    noted[cellOfThree(pattern, 0)]! |= THREE;
    noted[cellOfFour(pattern, 0)]! |= FOUR;
  }

  #shortEnd(text: string, from: number, counts: Counts | undefined): number {
    for (let at = from; at < text.length; at++) {
      this.steps++;
      if (this.#begins(text, at) && (counts?.(text.length - at) ?? true)) return text.length - at;
    }
    return 0;
  }

  /** Whether all of the text from a place on, of one to three characters, is the beginning of a pattern. */
  #begins(text: string, from: number): boolean {
    const noted = this.#beginnings;
    const length = text.length - from;
    if (length === 1) return (noted[text.charCodeAt(from)]! & ONE) > 0;
    const mayBegin =
      length === 2 ? noted[cellOfTwo(text, from)]! & TWO : noted[cellOfThree(text, from)]! & THREE;
    if (mayBegin === 0) return false;
    let prefix: Prefix | undefined = this.#root;
    for (let at = from; prefix && at < text.length; at++) prefix = this.#longer(prefix, text.charCodeAt(at));
    return prefix !== undefined;
  }

  #longEnd(text: string, from: number, counts: Counts | undefined): number {
    let prefix = this.#root;
    for (let at = from; at < text.length; at++) {
      if (prefix.length === 0) at = this.#nextBeginning(text, at);
      if (at < text.length) prefix = this.#after(prefix, text.charCodeAt(at));
    }
    while (prefix.length > 0 && !(this.#canGrow(prefix) && (counts?.(prefix.length) ?? true)))
      prefix = prefix.shorter;
    return prefix.length;
  }

  /** Where, from a place on, a pattern may begin of which the text holds all it can. */
  #nextBeginning(text: string, from: number): number {
    let at = from;
    for (const { window } = this.#table; at + window <= text.length; at++) {
      const next = this.#table.nextWindow(text, at);
      at = next < 0 ? Math.max(at, text.length - window + 1) : next;
      this.steps++;
      if (next < 0) break;
      if (this.#mayBegin(text, at)) return at;
    }
    while (at + GRAM <= text.length && !this.#mayBegin(text, at)) {
      this.steps++;
      at++;
    }
    return at;
  }

  #mayBegin(text: string, at: number): boolean {
    return (this.#beginnings[cellOfFour(text, at)]! & FOUR) > 0;
  }

  #canGrow({ first, end, length }: Prefix): boolean {
    return end - first > 1 || this.#patterns[first]!.length > length;
  }

  #after(from: Prefix, code: number): Prefix {
    for (let prefix = from; ; prefix = prefix.shorter) {
      this.steps++;
      const longer = this.#longer(prefix, code);
      if (longer || prefix.length === 0) return longer ?? prefix;
    }
  }

  /** One character more. What is made learns at once which shorter prefix it ends in, so that none is without. */
  #longer(prefix: Prefix, code: number): Prefix | undefined {
    const known = prefix.children.get(code);
    if (known !== undefined) return known ?? undefined;
    const made = this.#make(prefix, code);
    let unlinked = made;
    for (let other = prefix; unlinked !== undefined && other.length > 0;) {
      other = other.shorter;
      this.steps++;
      const old = other.children.get(code);
      const shorter: Prefix | null | undefined = old === undefined ? this.#make(other, code) : old;
      if (!shorter) continue;
      unlinked.shorter = shorter;
      unlinked = old ? undefined : shorter;
    }
    if (unlinked !== undefined) unlinked.shorter = this.#root;
    return made;
  }

  #make(prefix: Prefix, code: number): Prefix | undefined {
    const first = this.#firstFrom(prefix, code);
    const end = this.#firstFrom(prefix, code + 1);
    const made = first < end ? new Prefix(first, end, prefix.length + 1) : undefined;
    prefix.children.set(code, made ?? null);
    this.#kept++;
    return made;
  }

  /** Of the patterns with this prefix the first whose next character is `code` or behind it. */
  #firstFrom(prefix: Prefix, code: number): number {
    let low = prefix.first;
    let high = prefix.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      const pattern = this.#patterns[middle]!;
      if (pattern.length > prefix.length && pattern.charCodeAt(prefix.length) >= code) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
