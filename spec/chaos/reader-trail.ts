import { parseCursor } from '../../src/event/cursor.ts';
import type { Finding } from './anomaly.ts';
import type { HistoryRecord, ReadEvent } from './history.ts';
import type { LossWindows } from './loss-windows.ts';

type ReaderRecord = Extract<HistoryRecord, { reader: string }>;
type LineEvent = ReadEvent & { readonly t: number };

/** What one reader was told of one run, checked against what a reader is promised. */
export class ReaderTrail {
  readonly findings: Finding[] = [];
  /** What it holds to be true: the events along its line of cursors since the last reset. */
  line: LineEvent[] = [];
  readonly #name: string;
  readonly #losses: LossWindows;
  #epoch: string | undefined;
  #seq = 0;
  #isOver = false;
  #hasLeft = false;
  /** When its stream completed: what happens later it cannot be told. */
  #endedAt = Infinity;
  #isGone = false;

  constructor(name: string, losses: LossWindows) {
    this.#name = name;
    this.#losses = losses;
  }

  add(record: ReaderRecord): void {
    switch (record.kind) {
      case 'began':
        return this.#begin(record.after);
      case 'read':
        return this.#read(record);
      case 'notice':
        return this.#notice(record);
      case 'ended':
        if (!this.#isOver && !this.#isGone)
          this.#find('no end', 'its stream completed without the final event');
        this.#isOver = true;
        this.#endedAt = record.t;
        return;
      case 'left':
        this.leave();
    }
  }

  /** It is no more: nobody can tell it anything. */
  leave(): void {
    this.#hasLeft = true;
  }

  /** What shows only beside the whole log; `isLost` if that is gone. */
  check(whole: ReaderTrail | undefined, isLost: boolean): Finding[] {
    const findings: Finding[] = [];
    const find = (anomaly: Finding[0], what: string): number =>
      findings.push([anomaly, `${this.#name} ${what}`]);
    if (!this.#isOver && !this.#hasLeft && !isLost) find('no end', `was told no end behind seq ${this.#seq}`);
    if (isLost || !whole) return findings;
    const truth = new Map(whole.line.map(event => [parseCursor(event.id).seq, event]));
    for (const { id, sum, t } of this.line) {
      const told = truth.get(parseCursor(id).seq);
      if (told?.id === id && told.sum === sum) continue;
      // Whoever is no more, or has been given the end, cannot be told that what it saw was taken back.
      if (this.#losses.since(this.#hasLeft ? t : this.#endedAt)) continue;
      find('divergent', `holds ${id} to be true, the log has ${told?.id ?? 'nothing'} there`);
      break;
    }
    return findings;
  }

  #begin(after: string): void {
    this.#hasLeft = false;
    this.#endedAt = Infinity;
    if (after === 'start') {
      this.#restart();
      return;
    }
    const { epoch, seq } = parseCursor(after);
    this.line = this.line.filter(({ id }) => parseCursor(id).seq <= seq);
    this.#epoch = epoch;
    this.#seq = seq;
    this.#isOver = this.line.at(-1)?.final === true;
  }

  #restart(): void {
    this.line = [];
    this.#epoch = undefined;
    this.#seq = 0;
    this.#isOver = false;
  }

  #read(record: Extract<ReaderRecord, { kind: 'read' }>): void {
    const { id, final } = record;
    const { epoch, seq } = parseCursor(id);
    if (this.#isOver) this.#find('after the end', `read ${id} behind the final event`);
    else if (this.#epoch !== undefined && this.#epoch !== epoch)
      this.#find('divergent', `read ${id} behind epoch ${this.#epoch} without a reset`);
    else if (seq > this.#seq + 1) this.#find('hole', `read ${id} behind seq ${this.#seq} without a notice`);
    else if (seq <= this.#seq) this.#find(this.#again(id, seq), `read ${id} behind seq ${this.#seq}`);
    else this.line.push(record);
    this.#epoch = epoch;
    this.#seq = seq;
    this.#isOver = final === true;
  }

  #again(id: string, seq: number): Finding[0] {
    const known = this.line.find(event => parseCursor(event.id).seq === seq);
    if (!known) return 'reordered';
    return known.id === id ? 'duplicate' : 'divergent';
  }

  #notice({ t, notice, reason, from, to }: Extract<ReaderRecord, { kind: 'notice' }>): void {
    if (notice !== 'gap' && notice !== 'reset') return;
    const what = `was told ${notice} ${reason ?? ''} behind seq ${this.#seq}`;
    if (!this.#losses.before(t)) this.#find('unfounded', `${what}, and nothing was lost`);
    if (notice === 'reset') {
      this.#restart();
      this.#isGone = this.#isOver = reason === 'gone';
      return;
    }
    if (from !== this.#seq + 1) this.#find('hole', `${what}, from ${from}`);
    this.#seq = to ?? this.#seq;
  }

  #find(anomaly: Finding[0], what: string): void {
    this.findings.push([anomaly, `${this.#name} ${what}`]);
  }
}
