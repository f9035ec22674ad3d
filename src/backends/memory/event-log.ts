import { formatCursor } from '../../event/cursor.ts';
import type { Entry } from '../../event/entry.ts';
import type { AppendResult, Batch, LogQuery, ReadResult, RunRecord } from '../backend.ts';
import { BatchIds } from '../batch-ids.ts';

/** The events of one run, as far as retention keeps them. */
export class EventLog {
  readonly #epoch: string;
  readonly #keep: RunRecord['keep'];
  readonly #ids = new BatchIds();
  // Entry, size, entry, size …: an event stands at its seq modulo the number of places, a power of two that doubles when
  // all are taken, so that what comes once retention has its limit costs neither a move nor a larger array. The size
  // stands beside it since the event that is to go was last touched so long ago that a look at it takes longer than all
  // the rest. Two places are enough for most runs that wait.
  #ring: (Entry | number | undefined)[] = [undefined, 0, undefined, 0];
  #count = 0;
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
    for (let at = 0; at < entries.length; at++) this.#add(entries[at]!);
    this.#closed = batch.end !== undefined;
    this.#ids.add(id, after);
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
  }

  get #first(): number {
    return this.#tip - this.#count + 1;
  }

  #at(seq: number): Entry {
    return this.#ring[placeOf(seq, this.#ring)] as Entry;
  }

  #add(entry: Entry): void {
    if (this.#count * 2 === this.#ring.length) this.#grow();
    const place = placeOf(++this.#tip, this.#ring);
    this.#ring[place] = entry;
    this.#ring[place + 1] = entry.bytes;
    this.#count++;
    this.#bytes += entry.bytes;
  }

  #grow(): void {
    const ring = new Array<Entry | number | undefined>(this.#ring.length * 2);
    for (let seq = this.#first; seq <= this.#tip; seq++) {
      const [from, to] = [placeOf(seq, this.#ring), placeOf(seq, ring)];
      ring[to] = this.#ring[from];
      ring[to + 1] = this.#ring[from + 1];
    }
    this.#ring = ring;
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
    const last = Math.min(after + limit, this.#tip);
    const page: Entry[] = [];
    let size = 0;
    for (let seq = after + 1; seq <= last; seq++) {
      const entry = this.#at(seq);
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
    const last = Math.max(newest - limit + 1, first);
    const page: Entry[] = [];
    let size = 0;
    for (let seq = newest; seq >= last; seq--) {
      const entry = this.#at(seq);
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
    if (seq === this.#tip && seq > 0) return this.#at(seq).cursor;
    return formatCursor({ epoch: this.#epoch, seq, hash: '0' });
  }

  #retain(): void {
    const { events, bytes } = this.#keep;
    while (this.#count > 1 && (this.#bytes > bytes || this.#count > events)) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const place = placeOf(this.#first, this.#ring);
    this.#bytes -= this.#ring[place + 1] as number;
    this.#ring[place] = undefined;
    this.#count--;
  }
}

function placeOf(seq: number, { length }: { readonly length: number }): number {
  return (seq * 2) & (length - 1);
}
