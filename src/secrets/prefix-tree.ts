import type { PatternTable } from './pattern-table.ts';

/** A prefix of at least one pattern. */
class Prefix {
  readonly #children = new Map<number, Prefix | undefined>();
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

  known(code: number): Prefix | undefined {
    return this.#children.get(code);
  }

  has(code: number): boolean {
    return this.#children.has(code);
  }

  put(code: number, child: Prefix | undefined): void {
    this.#children.set(code, child);
  }
}

/** Beginnings of so many characters are noted in a table, which tells most places of a text apart at a look. */
const GRAM = 4;
const CELLS = 1 << 16;

function cellOf(text: string, at: number): number {
  const low = (text.charCodeAt(at) << 5) ^ text.charCodeAt(at + 1);
  const high = (text.charCodeAt(at + 2) << 5) ^ text.charCodeAt(at + 3);
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> 16;
}

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
    for (const pattern of this.#patterns) this.#beginnings[cellOf(pattern, 0)] = 1;
    this.#longest = this.#patterns.reduce((most, { length }) => Math.max(most, length), 0);
    this.#root = new Prefix(0, this.#patterns.length, 0);
  }

  /**
   * Length of the longest end of the text that is a pattern's beginning, and not all of that pattern; of those ends
   * that `counts` lets count.
   */
  openEnd(text: string, counts?: (length: number) => boolean): number {
    if (this.#kept > MOST_KEPT) {
      this.#root = new Prefix(0, this.#patterns.length, 0);
      this.#kept = 0;
    }
    let prefix = this.#root;
    for (let at = Math.max(0, text.length - this.#longest + 1); at < text.length; at++) {
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
      if (this.#beginnings[cellOf(text, at)] === 1) return at;
    }
    while (at + GRAM <= text.length && this.#beginnings[cellOf(text, at)] === 0) {
      this.steps++;
      at++;
    }
    return at;
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
    if (prefix.has(code)) return prefix.known(code);
    const made = this.#make(prefix, code);
    let unlinked = made;
    for (let other = prefix; unlinked !== undefined && other.length > 0;) {
      other = other.shorter;
      this.steps++;
      const isKnown = other.has(code);
      const shorter: Prefix | undefined = isKnown ? other.known(code) : this.#make(other, code);
      if (shorter === undefined) continue;
      unlinked.shorter = shorter;
      unlinked = isKnown ? undefined : shorter;
    }
    if (unlinked !== undefined) unlinked.shorter = this.#root;
    return made;
  }

  #make(prefix: Prefix, code: number): Prefix | undefined {
    const first = this.#firstFrom(prefix, code);
    const end = this.#firstFrom(prefix, code + 1);
    const made = first < end ? new Prefix(first, end, prefix.length + 1) : undefined;
    prefix.put(code, made);
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
