import type { Log, RunKey } from '../../backends/backend.ts';
import { parsePosition, type Position } from '../../event/cursor.ts';
import type { EventFilter } from '../../event/filter.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { RunReader } from '../../run/reader.ts';
import type { SinkRun } from './sink.ts';

/** Bytes per page of a log. */
const PAGE_BYTES = 1024 * 1024;

/** A page of a run, ready to be written. */
export interface SinkPage {
  readonly events: readonly RunEvent[];
  readonly notices: readonly Notice[];
  readonly state: 'more' | 'tip' | 'end';
  /** The run is no more: what is stored about it can go. */
  readonly isGone: boolean;
}

export interface FollowedRunOptions {
  readonly log: Log;
  readonly key: RunKey;
  readonly run: SinkRun;
  readonly filter: EventFilter;
  readonly maxBatch: number;
  /** Called when there may be something to read, once until it is read. */
  readonly ring: (run: FollowedRun) => void;
}

/** One run that a sink reads: a position and nothing else. What was read and not written is read again. */
export class FollowedRun {
  readonly run: SinkRun;
  readonly key: RunKey;
  /** Waits for its turn. */
  isQueued = false;
  /** Is being read or written. */
  isBusy = false;
  /** Was rung since its last read began. */
  isRung = false;
  /** Tries that failed since the last one that did not. */
  failures = 0;
  stopRetry: (() => void) | undefined;
  readonly #options: FollowedRunOptions;
  #reader: RunReader | undefined;
  #before: Position = 'start';
  #unwatch: (() => void) | undefined;
  #isLeft = false;

  constructor(options: FollowedRunOptions) {
    this.run = options.run;
    this.key = options.key;
    this.#options = options;
  }

  /** Whether it knows where to begin. */
  get hasBegun(): boolean {
    return this.#reader !== undefined;
  }

  /** Whether the run of this epoch is the one that it has read. */
  isOf(epoch: string): boolean {
    return this.cursor?.startsWith(`${epoch}.`) ?? false;
  }

  /** The cursor of the last event that was read. */
  get cursor(): string | undefined {
    return this.#reader?.cursor;
  }

  /** Goes on after a stored cursor; one that makes no sense is as good as none. */
  begin(cursor: string | undefined): void {
    const { log, key, run, filter, maxBatch, ring } = this.#options;
    const page = { events: maxBatch, bytes: PAGE_BYTES };
    const after = storedPosition(cursor);
    this.#reader = new RunReader({ log, key, runId: run.runId, after, filter, page });
    if (this.#isLeft) return;
    this.#unwatch = this.#reader.watch(() => {
      // Each event of a burst rings; one is enough until somebody reads.
      if (this.isRung) return;
      this.isRung = true;
      ring(this);
    });
  }

  async read(): Promise<SinkPage> {
    const reader = this.#reader!;
    this.#before = reader.cursor === undefined ? { seq: reader.seq } : parsePosition(reader.cursor);
    const { items, state } = await reader.read();
    const notices: Notice[] = [];
    const events: RunEvent[] = [];
    for (const item of items) {
      if (isNotice(item)) notices.push(item);
      else events.push(item.event);
    }
    const isGone = notices.some(notice => notice.notice === 'reset' && notice.reason === 'gone');
    return { events, notices, state, isGone };
  }

  /** Goes back to before the last page. */
  goBack(): void {
    this.#reader = this.#reader?.at(this.#before);
  }

  leave(): void {
    this.#isLeft = true;
    this.#unwatch?.();
    this.stopRetry?.();
    this.stopRetry = undefined;
  }
}

function storedPosition(cursor: string | undefined): Position {
  try {
    return cursor === undefined ? 'start' : parsePosition(cursor);
  } catch {
    return 'start';
  }
}
