import { isNotice, type Notice, type RunEvent } from '../client/index.ts';

/** One line of the log. */
export interface LogEntry {
  readonly item: RunEvent | Notice;
  /** In small letters, what a filter looks in; made when it is first asked for. */
  text: string | undefined;
}

/** What is held at the most; the oldest go first, and can be read again from the server. */
export interface LogBounds {
  readonly entries: number;
  /** Characters of data, roughly. */
  readonly size: number;
}

const BOUNDS: LogBounds = { entries: 20_000, size: 32_000_000 };
/** The oldest go in batches, since each removal moves all that stay. */
const BATCH = 1_000;
const TOPIC = /^[a-z]+[.:]\*$/;

/** The newest items of a run, and those among them that a filter leaves. */
export class LogEntries {
  readonly #bounds: LogBounds;
  readonly #sizes: number[] = [];
  #all: LogEntry[] = [];
  #shown: LogEntry[] = [];
  #words: readonly string[] = [];
  #size = 0;
  /** Entries that somebody asked for, and which therefore stay. */
  #asked = 0;
  /** Where entries begin when there is none yet. */
  #begin = 1;

  constructor(bounds = BOUNDS) {
    this.#bounds = bounds;
  }

  get count(): number {
    return this.#all.length;
  }

  get shown(): readonly LogEntry[] {
    return this.#words.length === 0 ? this.#all : this.#shown;
  }

  /** Nothing before this seq comes by itself; for entries that begin in the middle of a run. */
  beginAt(seq: number): void {
    this.#begin = seq;
  }

  /**
   * The seq of the first event that is held, or of the first that a notice says is not kept; where they begin if there
   * is none.
   */
  get firstSeq(): number {
    for (const { item } of this.#all) {
      if (!isNotice(item)) return item.seq;
      if (item.notice === 'gap') return item.from;
    }
    return this.#begin;
  }

  /** Appends an item; how many of the shown entries were dropped at the front for it. */
  push(item: RunEvent | Notice): number {
    const entry: LogEntry = { item, text: undefined };
    const size = sizeOf(item);
    this.#all.push(entry);
    this.#sizes.push(size);
    this.#size += size;
    if (this.#words.length > 0 && this.#isWanted(entry)) this.#shown.push(entry);
    const isFull =
      this.#all.length >= this.#bounds.entries + this.#asked + BATCH || this.#size > this.#bounds.size;
    return isFull ? this.#drop() : 0;
  }

  /** Puts older items before all others. */
  prepend(items: readonly (RunEvent | Notice)[]): void {
    this.#asked += items.length;
    const entries = items.map((item): LogEntry => ({ item, text: undefined }));
    this.#all = [...entries, ...this.#all];
    this.#sizes.unshift(...items.map(() => 0));
    this.#find();
  }

  /** Which of the shown entries is the event with this seq, or the first behind it; -1 if all are before it. */
  indexOf(seq: number): number {
    return this.shown.findIndex(({ item }) => !isNotice(item) && item.seq >= seq);
  }

  /** Shows only what has all these words in its type, node or data; `tool.*` is any type of that topic. */
  filter(text: string): void {
    this.#words = text
      .toLowerCase()
      .split(/\s+/)
      .filter(word => word !== '');
    this.#find();
  }

  #drop(): number {
    const count = Math.min(BATCH, this.#all.length - 1);
    const dropped = new Set(this.#all.splice(0, count));
    for (const size of this.#sizes.splice(0, count)) this.#size -= size;
    this.#asked = Math.max(0, this.#asked - count);
    if (this.#words.length === 0) return count;
    const before = this.#shown.length;
    this.#shown = this.#shown.filter(entry => !dropped.has(entry));
    return before - this.#shown.length;
  }

  #find(): void {
    this.#shown = this.#words.length === 0 ? [] : this.#all.filter(entry => this.#isWanted(entry));
  }

  #isWanted(entry: LogEntry): boolean {
    const text = (entry.text ??= textOf(entry.item).toLowerCase());
    return this.#words.every(word =>
      TOPIC.test(word) ? text.startsWith(word.slice(0, -1)) : text.includes(word),
    );
  }
}

function textOf(item: RunEvent | Notice): string {
  if (isNotice(item)) return `${item.notice} ${JSON.stringify(item)}`;
  return `${item.type} ${item.node ?? ''} ${JSON.stringify(item.data)}`;
}

/** Tokens are most events, and their size is that of their text. */
function sizeOf(item: RunEvent | Notice): number {
  if (isNotice(item)) return 0;
  return item.type === 'token' ? item.data.content.length : JSON.stringify(item.data).length;
}
