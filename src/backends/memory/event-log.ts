import { formatCursor } from '../../event/cursor.ts';
import type { Entry } from '../../event/entry.ts';
import type { AppendResult, Batch, LogQuery, ReadResult, RunRecord } from '../backend.ts';
import { BatchIds } from '../batch-ids.ts';

/** Below so many forgotten places moving the rest is not worth it. */
const FEWEST_TO_MOVE = 64;

/** The events of one run, as far as retention keeps them. */
export class EventLog {
  readonly #epoch: string;
  readonly #keep: RunRecord['keep'];
  readonly #ids = new BatchIds();
  // Kept events begin at #head. Places before it are forgotten and empty; the rest moves down once they are half
  // of the array, which costs each event one move on average.
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  #tip = 0;
  #bytes = 0;
  #closed = false;

  constructor({ epoch, keep }: RunRecord) {
    this.#epoch = epoch;
    this.#keep = keep;
  }

  /** The log has its final event. */
  get closed(): boolean {
    return this.#closed;
  }

  append(batch: Batch): AppendResult {
    const { id, after, entries } = batch;
    if (after !== this.#tip || this.#closed) return this.#refuse(batch);
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at]!;
      this.#entries.push(entry);
      this.#bytes += entry.bytes;
    }
    this.#tip += entries.length;
    this.#closed = batch.end !== undefined;
    this.#ids.add(id, after);
    if (this.#bytes > this.#keep.bytes || this.#entries.length - this.#head > this.#keep.events)
      this.#retain();
    return { result: 'ok', first: after + 1, last: this.#tip, cursor: this.#cursorAt(this.#tip) };
  }

  read({ after, epoch, limit, bytes = Infinity, reverse = false }: LogQuery): ReadResult {
    if (epoch !== undefined && epoch !== this.#epoch) return { result: 'reset', reason: 'epoch' };
    if (after > this.#tip) return { result: 'reset', reason: 'future' };
    if (limit === 0) return this.#page([]);
    return reverse ? this.#readBack(after, limit, bytes) : this.#readOn(after, limit, bytes);
  }

  /** Forgets events up to and including `seq`, but never the newest. */
  trim(seq: number): void {
    for (let left = Math.min(seq, this.#tip - 1) - this.#first + 1; left > 0; left--) this.#forgetOldest();
    this.#compact();
  }

  get #first(): number {
    return this.#tip - (this.#entries.length - this.#head) + 1;
  }

  #refuse({ id, after, entries }: Batch): AppendResult {
    if (this.#ids.has(id, after)) {
      const last = after + entries.length;
      return { result: 'duplicate', first: after + 1, last, cursor: this.#cursorAt(last) };
    }
    return this.#closed ? { result: 'closed', end: this.#tip } : { result: 'gap', expected: this.#tip };
  }

  #readOn(after: number, limit: number, bytes: number): ReadResult {
    const first = this.#first;
    if (after + 1 < first) return this.#gap(after + 1, first - 1);
    const from = this.#head + (after + 1 - first);
    const until = Math.min(from + limit, this.#entries.length);
    const page: Entry[] = [];
    let size = 0;
    for (let at = from; at < until; at++) {
      const entry = this.#entries[at]!;
      size += entry.bytes;
      if (size > bytes && page.length > 0) break;
      page.push(entry);
    }
    return this.#page(page);
  }

  #readBack(before: number, limit: number, bytes: number): ReadResult {
    const first = this.#first;
    const newest = before === 0 ? this.#tip : before - 1;
    if (newest > 0 && newest < first) return this.#gap(1, newest);
    const from = this.#head + (newest - first);
    const until = Math.max(from - limit, this.#head - 1);
    const page: Entry[] = [];
    let size = 0;
    for (let at = from; at > until; at--) {
      const entry = this.#entries[at]!;
      size += entry.bytes;
      if (size > bytes && page.length > 0) break;
      page.push(entry);
    }
    return this.#page(page);
  }

  #page(entries: readonly Entry[]): ReadResult {
    const tip = this.#tip;
    return { result: 'page', entries, tip, cursor: this.#cursorAt(tip), closed: this.#closed };
  }

  #gap(from: number, to: number): ReadResult {
    return { result: 'gap', from, to, cursor: this.#cursorAt(to) };
  }

  #cursorAt(seq: number): string {
    if (seq === this.#tip && seq > 0) return this.#entries[this.#entries.length - 1]!.cursor;
    return formatCursor({ epoch: this.#epoch, seq, hash: '0' });
  }

  #retain(): void {
    const { events, bytes } = this.#keep;
    while (
      this.#entries.length - this.#head > 1 &&
      (this.#bytes > bytes || this.#entries.length - this.#head > events)
    ) {
      this.#forgetOldest();
    }
    this.#compact();
  }

  #forgetOldest(): void {
    this.#bytes -= this.#entries[this.#head]!.bytes;
    this.#entries[this.#head++] = undefined;
  }

  #compact(): void {
    if (this.#head < FEWEST_TO_MOVE || this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
