import { parsePosition } from '../event/cursor.ts';
import type { Entry } from '../event/entry.ts';
import { isNotice, type Notice } from '../event/notice.ts';
import type { ReadTrouble } from '../run/patient-read.ts';
import type { KnownTrouble, ReadStep, RunReader } from '../run/reader.ts';
import { soon } from '../time/soon.ts';
import type { Bell } from './bell.ts';

/** Makes what connections write of what a run has. What it says depends on the items alone. */
export interface Packing<Bytes> {
  /** `lastId`: the cursor of the last event that is told in the bytes; none of either where nothing is told. */
  pack(items: readonly (Entry | Notice)[]): {
    readonly bytes: Bytes | undefined;
    readonly lastId: string | undefined;
  };
  /** A sign of life, and the place to resume from where the last event does not tell it any longer. */
  heartbeat(cursor: string | undefined): Bytes;
}

/** What lies after a position, and where that leads. */
export interface FeedStep<Bytes> {
  /** Absent where the filter left everything out, or there is nothing. */
  readonly bytes: Bytes | undefined;
  /** The cursor of the last event in `bytes`. */
  readonly lastId: string | undefined;
  readonly to: string;
  readonly state: ReadStep['state'];
  /** How often the bell had rung when the log was asked. */
  readonly rings: number;
  /** What whoever takes it knows of the store then. */
  readonly known: KnownTrouble;
  /** Nothing could be read. */
  readonly trouble?: ReadTrouble | undefined;
}

/** Whoever waits for the run's bell. */
export interface Waiter {
  readonly bell: Bell;
  /** Where it waits; the group's own note. */
  place: number;
}

/** Events of one burst. Small enough that a slow connection holds little, large enough that replay is cheap. */
const MOST_EVENTS = 256;
const MOST_STEPS = 16;
const MOST_BYTES = 1024 * 1024;
const UNTROUBLED: KnownTrouble = { isTold: false };

/**
 * The connections that see one run in one way: same filter, same frames. Those at the same place share the bytes
 * of what follows it. One watch of the log serves them all, and its rings within one turn of the event loop are
 * answered once. Memory: one entry per waiting connection, and the last 16 bursts, 1 MB at the most.
 */
export class RunFeedGroup<Bytes extends { readonly size: number }> {
  readonly #reader: RunReader;
  readonly #packing: Packing<Bytes>;
  readonly #steps = new Map<string, FeedStep<Bytes> | Promise<FeedStep<Bytes>>>();
  /** Those that wait for the store. */
  readonly #waitingReaders = new Set<RunReader>();
  readonly #unwatch: () => void;
  #bytes = 0;
  #waiting: Waiter[] = [];
  #stopFlush: (() => void) | undefined;
  #tip: { readonly rings: number; readonly seq: Promise<number> } | undefined;
  /** Connections that use it. */
  size = 0;
  /** How often the bell has rung. */
  rings = 0;

  constructor(reader: RunReader, packing: Packing<Bytes>) {
    this.#reader = reader;
    this.#packing = packing;
    this.#unwatch = reader.watch(() => {
      this.rings++;
      this.flushSoon();
    });
  }

  /** What follows `position`, for somebody who knows so much. Throws or rejects with `STORAGE_LOST`. */
  after(position: string, known: KnownTrouble = UNTROUBLED): FeedStep<Bytes> | Promise<FeedStep<Bytes>> {
    // Who was told of trouble waits; who was not is to be told.
    const place = known.isTold ? `${position} ${known.since ?? 'told'}` : position;
    const taken = this.#steps.get(place);
    if (taken) return taken;
    const { rings } = this;
    const reader = this.#reader.at(parsePosition(position), known);
    const taking = (read: ReadStep): FeedStep<Bytes> =>
      this.#keep(place, position, this.#stepOf(reader, read, { position, rings, known }));
    const answer = reader.read(MOST_EVENTS);
    if ('items' in answer) return taking(answer);
    this.#waitingReaders.add(reader);
    const step = answer.then(taking).finally(() => this.#waitingReaders.delete(reader));
    this.#steps.set(place, step);
    step.catch(() => this.#steps.delete(place));
    return step;
  }

  /** The seq of the newest event in the log; asked once for everybody who is behind. Rejects with `STORAGE_LOST`. */
  tip(): Promise<number> {
    const { rings } = this;
    if (this.#tip?.rings !== rings) this.#tip = { rings, seq: this.#reader.tip() };
    return this.#tip.seq;
  }

  /** Rings the waiter's bell once, with the next ring of the run's. */
  wait(waiter: Waiter): void {
    if (this.#isWaiting(waiter)) return;
    waiter.place = this.#waiting.length;
    this.#waiting.push(waiter);
  }

  leave(waiter: Waiter): void {
    if (!this.#isWaiting(waiter)) return;
    const last = this.#waiting.pop()!;
    if (last === waiter) return;
    this.#waiting[waiter.place] = last;
    last.place = waiter.place;
  }

  /** Rings the bells of those who wait, once, when this turn of the event loop is over. */
  flushSoon(): void {
    if (this.#waiting.length > 0) this.#stopFlush ??= soon(() => this.#flush());
  }

  /** As the packing has it. */
  heartbeat(cursor: string | undefined): Bytes {
    return this.#packing.heartbeat(cursor);
  }

  close(): void {
    this.#unwatch();
    this.#stopFlush?.();
    this.#forget();
    for (const reader of this.#waitingReaders) reader.close();
  }

  #flush(): void {
    this.#stopFlush = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const waiter of waiting) waiter.bell.ring();
  }

  #isWaiting(waiter: Waiter): boolean {
    return this.#waiting[waiter.place] === waiter;
  }

  #stepOf(
    reader: RunReader,
    { items, state, trouble }: ReadStep,
    { position, rings, known: before }: { position: string; rings: number; known: KnownTrouble },
  ): FeedStep<Bytes> {
    const packed = this.#packing.pack(items);
    // A notice comes alone.
    const first = items[0];
    if (first && isNotice(first) && first.notice !== 'degraded') this.#forget();
    const known = { isTold: reader.isDegraded, since: trouble?.since };
    const to = reader.cursor ?? (trouble ? position : 'start');
    // Who was told of trouble is told that it is over, also where no event does.
    const isOver = before.isTold && !reader.isDegraded && packed.bytes === undefined;
    const bytes = isOver ? this.#packing.heartbeat(reader.cursor) : packed.bytes;
    const lastId = isOver ? reader.cursor : packed.lastId;
    return { bytes, lastId, to, state, rings, known, trouble };
  }

  /**
   * What was read stays true, so that it is shared for as long as it is at hand; that nothing follows does not, and
   * the next one to ask where a gap or reset was told may be told otherwise.
   */
  #keep(place: string, position: string, step: FeedStep<Bytes>): FeedStep<Bytes> {
    this.#steps.delete(place);
    const isShared =
      this.size > 1 &&
      position !== 'now' &&
      step.to !== position &&
      place === position &&
      (step.bytes === undefined || step.lastId !== undefined);
    if (!isShared) return step;
    this.#steps.set(position, step);
    this.#bytes += sizeOf(step);
    for (const [oldest, dropped] of this.#steps) {
      if (this.#steps.size <= MOST_STEPS && this.#bytes <= MOST_BYTES) break;
      this.#steps.delete(oldest);
      this.#bytes -= sizeOf(dropped);
    }
    return step;
  }

  #forget(): void {
    this.#steps.clear();
    this.#bytes = 0;
  }
}

function sizeOf<Bytes extends { readonly size: number }>(
  step: FeedStep<Bytes> | Promise<FeedStep<Bytes>>,
): number {
  return 'to' in step ? (step.bytes?.size ?? 0) : 0;
}
