import { isPromise, type Awaitable } from '../backends/awaitable.ts';
import type { Log, LogQuery, ReadResult, RunKey } from '../backends/backend.ts';
import type { Position } from '../event/cursor.ts';
import type { Entry } from '../event/entry.ts';
import type { EventFilter } from '../event/filter.ts';
import type { DegradedNotice, GapNotice, Notice, ResetNotice } from '../event/notice.ts';
import { isoTime } from '../time/iso-time.ts';
import { PatientRead, type Patience, type ReadTrouble } from './patient-read.ts';
import { readStorage } from './read-storage.ts';

export interface ReaderOptions {
  readonly log: Log;
  readonly key: RunKey;
  readonly runId: string;
  readonly after: Position;
  /** The one life of the run that is read; where its id has another one, this one is gone. */
  readonly epoch?: string | undefined;
  readonly filter: EventFilter;
  /** Events and bytes that one `read` fetches at the most. */
  readonly page: { readonly events: number; readonly bytes: number };
  /** Called with what stands between events, when its owner is told of it. */
  readonly noticed?: ((kind: 'gap' | 'reset') => void) | undefined;
  /** Absent where a read that fails is to fail. */
  readonly patience?: Patience | undefined;
}

/** What the owner of a reader knows of its store. */
export interface KnownTrouble {
  /** It was told `degraded`, and nothing since. */
  readonly isTold: boolean;
  /** Since when nothing could be read, in ms. */
  readonly since?: number | undefined;
}

/** What one `read` found: items in order, and what to do next. */
export interface ReadStep {
  readonly items: readonly (Entry | Notice)[];
  /** `more`: read again · `tip`: wait for a ring · `end`: nothing follows. */
  readonly state: 'more' | 'tip' | 'end';
  /** Nothing could be read; the next `read` waits until something can. */
  readonly trouble?: ReadTrouble | undefined;
}

/**
 * A reader is a cursor, not a queue: it holds a position in a run's log, whoever writes it, and takes a page when
 * its owner has room for one. What it has not taken costs nothing. It tells the truth about its place: a `gap` for
 * what retention took, a `reset` where its cursor belongs to another life or a fork, `gone` and the end where the
 * run is no more. Memory: O(1), plus the page in hand.
 */
export class RunReader {
  readonly #options: ReaderOptions;
  #seq = 0;
  #epoch: string | undefined;
  #hash: string | undefined;
  #cursor: string | undefined;
  #atNow: boolean;
  #ended = false;
  /** Its owner was told of trouble that is not over yet. */
  #isDegraded: boolean;
  readonly #patient: PatientRead | undefined;

  constructor(options: ReaderOptions, { isTold, since }: KnownTrouble = { isTold: false }) {
    this.#options = options;
    const { after, patience } = options;
    this.#isDegraded = isTold;
    this.#patient = patience && new PatientRead(patience, since);
    this.#epoch = options.epoch;
    this.#atNow = after === 'now';
    if (typeof after === 'string') return;
    this.#seq = after.seq;
    if ('epoch' in after) {
      this.#epoch = after.epoch;
      this.#hash = after.hash;
      this.#cursor = `${after.epoch}.${after.seq}.${after.hash}`;
    }
  }

  /** The cursor of the last event that was looked at, also where the filter left it out. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** The seq of the last event that was looked at. */
  get seq(): number {
    return this.#seq;
  }

  /** Its owner was told `degraded`, and nothing since. */
  get isDegraded(): boolean {
    return this.#isDegraded;
  }

  /** Another reader of the same run, filter and page size, at another place, for somebody who knows so much. */
  at(after: Position, known?: KnownTrouble): RunReader {
    return new RunReader({ ...this.#options, after }, known);
  }

  /**
   * The next page; at once where the log answers at once. After `end` it stays empty. Throws or rejects with
   * `STORAGE_LOST`; with patience only when that is over, and until then a step of `trouble` comes first.
   */
  read(limit = this.#options.page.events): Awaitable<ReadStep> {
    if (this.#ended) return { items: [], state: 'end' };
    const query: LogQuery = {
      after: this.#seq,
      epoch: this.#epoch,
      hash: this.#hash,
      limit: this.#atNow ? 0 : Math.min(limit, this.#options.page.events),
      bytes: this.#options.page.bytes,
    };
    const { log, key, runId } = this.#options;
    const ask = (): Awaitable<ReadResult> => readStorage(`run ${runId}`, () => log.read(key, query));
    const answer = this.#patient ? this.#patient.read(ask) : ask();
    return isPromise(answer) ? answer.then(result => this.#take(result)) : this.#take(answer);
  }

  /** The seq of the newest event in the log; the place of the reader stays. Rejects with `STORAGE_LOST`. */
  async tip(): Promise<number> {
    const { log, key, runId } = this.#options;
    const answer = await readStorage(`run ${runId}`, () => log.read(key, { after: 0, limit: 0 }));
    return answer.result === 'page' ? answer.tip : 0;
  }

  /** Nobody waits for its reads any more. */
  close(): void {
    this.#patient?.close();
  }

  /** Calls `ring` when there may be something to read. Returns what ends that. */
  watch(ring: () => void): () => void {
    return this.#options.log.watch(this.#options.key, ring);
  }

  #take(answer: ReadResult | ReadTrouble): ReadStep {
    if ('error' in answer)
      return { items: this.#degraded(isoTime(answer.since)), state: 'more', trouble: answer };
    switch (answer.result) {
      case 'page':
        return this.#takePage(answer);
      case 'gap': {
        this.#options.noticed?.('gap');
        this.#moveTo(answer.to, answer.cursor);
        return { items: [gapNotice(this.#options.runId, answer)], state: 'more' };
      }
      case 'reset':
        if (answer.reason === 'epoch' && this.#options.epoch !== undefined) return this.#leave();
        this.#seq = 0;
        this.#epoch = this.#hash = this.#cursor = undefined;
        this.#options.noticed?.('reset');
        return { items: [resetNotice(this.#options.runId, answer.reason)], state: 'more' };
      case 'absent':
        return this.#leave();
    }
  }

  #leave(): ReadStep {
    this.#ended = true;
    return { items: [resetNotice(this.#options.runId, 'gone')], state: 'end' };
  }

  #takePage(page: Extract<ReadResult, { result: 'page' }>): ReadStep {
    const { entries, tip, cursor, closed, degradedSince } = page;
    if (this.#atNow) {
      this.#atNow = false;
      this.#moveTo(tip, cursor);
    }
    const last = entries.at(-1);
    if (last) this.#moveTo(last.seq, last.cursor);
    else if (this.#cursor === undefined && this.#seq === tip) this.#moveTo(tip, cursor);
    const { filter } = this.#options;
    if (degradedSince === undefined) this.#isDegraded = false;
    // Events may be there whose append was not answered yet: they do not make the same trouble a new one.
    else if (!this.#isDegraded && !last) return { items: this.#degraded(degradedSince), state: 'more' };
    const items = filter.passesAll ? entries : entries.filter(entry => filter.passes(entry.type));
    const atTip = this.#seq >= tip;
    this.#ended = atTip && closed;
    return { items, state: this.#ended ? 'end' : atTip ? 'tip' : 'more' };
  }

  /** Told once for each time of trouble. */
  #degraded(since: string): readonly Notice[] {
    if (this.#isDegraded) return [];
    this.#isDegraded = true;
    return [degradedNotice(this.#options.runId, since)];
  }

  #moveTo(seq: number, cursor: string): void {
    this.#seq = seq;
    this.#cursor = cursor;
    this.#epoch = cursor.slice(0, cursor.indexOf('.'));
    this.#hash = cursor.slice(cursor.lastIndexOf('.') + 1);
  }
}

/** Tells a reader that events will not come. */
export function gapNotice(
  runId: string,
  gap: Pick<GapNotice, 'from' | 'to' | 'cursor'> & { readonly reason?: GapNotice['reason'] | undefined },
): GapNotice {
  const { from, to, cursor, reason = 'trimmed' } = gap;
  return { notice: 'gap', runId, reason, from, to, cursor };
}

/** Tells a reader that the store does not answer for now. */
export function degradedNotice(runId: string, since: string): DegradedNotice {
  return { notice: 'degraded', runId, since };
}

/** Tells a reader that what it saw is void. */
export function resetNotice(runId: string, reason: ResetNotice['reason']): ResetNotice {
  return { notice: 'reset', runId, reason };
}
