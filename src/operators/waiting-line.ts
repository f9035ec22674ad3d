import { SluiceError } from '../errors/sluice-error.ts';
import type { GapNotice } from '../event/notice.ts';
import type { RunEvent } from '../event/run-event.ts';
import { isToken, joinTokens } from './join-tokens.ts';

/** What a full line does. */
export type Overflow = 'drop-oldest' | 'drop-newest' | 'coalesce' | 'error';

export const OVERFLOWS: readonly Overflow[] = ['drop-oldest', 'drop-newest', 'coalesce', 'error'];

/** Room beyond the capacity for what must not be dropped: final events and notices. */
const RESERVED = 64;
/** Joined tokens grow up to so many characters, so that the line is bounded in characters too. */
const LONGEST_JOINED = 65_536;

/** A value in the line, and what was lost directly before it. */
interface Place<T> {
  value: T;
  /** What a gap for it would begin with; see `#firstOf`. */
  readonly first: number | undefined;
  lost: GapNotice[];
}

/**
 * Values on their way to a slow consumer: a bounded queue that loses only by the named rule, tells `onDrop` about
 * each loss, and hands out a `gap` in the place of lost events. Losses side by side become one gap per run.
 */
export class WaitingLine<T> {
  readonly #capacity: number;
  readonly #overflow: Overflow;
  readonly #onDrop: (value: T) => void;
  #places: Place<T>[] = [];
  #head = 0;
  /** Lost behind the last value. */
  #lostLast: GapNotice[] = [];
  #newest: { readonly runId: string; readonly seq: number } | undefined;

  constructor(capacity: number, overflow: Overflow, onDrop: (value: T) => void) {
    this.#capacity = capacity;
    this.#overflow = overflow;
    this.#onDrop = onDrop;
  }

  /** Adds a value, or loses one. Throws `BUFFER_OVERFLOW`. */
  push(value: T): void {
    const first = this.#firstOf(value);
    if (this.#overflow === 'coalesce' && this.#joined(value)) return;
    if (this.#length() < this.#capacity || this.#madeRoom()) {
      this.#add(value, first);
    } else if (!isNeeded(value)) {
      this.#lostLast = join(this.#lostLast, gapOf(value, first));
      this.#onDrop(value);
    } else if (this.#length() < this.#capacity + RESERVED) {
      this.#add(value, first);
    } else {
      throw this.#full();
    }
  }

  /** Takes the next value or gap; `undefined` if nothing waits. */
  take(): { readonly item: T | GapNotice } | undefined {
    const place = this.#places[this.#head];
    const gap = (place?.lost ?? this.#lostLast).shift();
    if (gap) return { item: gap };
    if (!place) return undefined;
    this.#remove(this.#head);
    return { item: place.value };
  }

  #length(): number {
    return this.#places.length - this.#head;
  }

  /**
   * An event may stand for those before it: tokens that were joined have the seq of the last. So a gap begins behind
   * the event before, whatever was joined or left out between.
   */
  #firstOf(value: T): number | undefined {
    const event = numbered(value);
    if (!event) return undefined;
    const { runId, seq } = event;
    const before = this.#newest?.runId === runId ? this.#newest.seq : undefined;
    this.#newest = { runId, seq };
    return before !== undefined && before < seq ? before + 1 : seq;
  }

  #add(value: T, first: number | undefined): void {
    this.#places.push({ value, first, lost: this.#lostLast });
    this.#lostLast = [];
  }

  #joined(value: T): boolean {
    const last = this.#length() > 0 ? this.#places.at(-1) : undefined;
    if (!last || this.#lostLast.length > 0 || !isToken(last.value) || !isToken(value)) return false;
    if (last.value.data.content.length + value.data.content.length > LONGEST_JOINED) return false;
    const joined = joinTokens(last.value, value);
    if (joined) last.value = joined as T;
    return joined !== undefined;
  }

  #madeRoom(): boolean {
    if (this.#overflow === 'error') throw this.#full();
    if (this.#overflow === 'drop-newest') return false;
    let at = this.#head;
    while (at < this.#places.length && isNeeded(this.#places[at]!.value)) at++;
    const oldest = this.#places[at];
    if (!oldest) return false;
    const lost = join(oldest.lost, gapOf(oldest.value, oldest.first));
    const next = this.#places[at + 1];
    if (next) next.lost = next.lost.reduce(join, lost);
    else this.#lostLast = this.#lostLast.reduce(join, lost);
    this.#remove(at);
    this.#onDrop(oldest.value);
    return true;
  }

  #remove(at: number): void {
    if (at !== this.#head) {
      this.#places.splice(at, 1);
      return;
    }
    this.#head++;
    // Moving the rest to the front now and then is cheaper than at every `shift`.
    if (this.#head * 2 >= this.#places.length) {
      this.#places = this.#places.slice(this.#head);
      this.#head = 0;
    }
  }

  #full(): SluiceError {
    return new SluiceError(
      'BUFFER_OVERFLOW',
      `backpressure: expected at most ${this.#capacity} waiting values, got more. ` +
        'Make the consumer faster, or raise capacity, or choose another overflow.',
      { details: { capacity: this.#capacity } },
    );
  }
}

function isNeeded(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { final, notice } = value as { final?: unknown; notice?: unknown };
  return final === true || (typeof notice === 'string' && notice !== 'heartbeat');
}

/** Only numbered events can be named in a gap; other values are merely counted. */
function numbered(value: unknown): Pick<RunEvent, 'id' | 'runId' | 'seq'> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, runId, seq } = value as Partial<RunEvent>;
  return id !== undefined && runId !== undefined && seq !== undefined ? { id, runId, seq } : undefined;
}

function gapOf(value: unknown, from: number | undefined): GapNotice | undefined {
  const event = numbered(value);
  if (!event || from === undefined) return undefined;
  return { notice: 'gap', runId: event.runId, reason: 'overflow', from, to: event.seq, cursor: event.id };
}

/** Adds a later gap to those of one place: nothing of its run lies between, so they are one. */
function join(gaps: GapNotice[], later: GapNotice | undefined): GapNotice[] {
  if (!later) return gaps;
  const at = gaps.findIndex(gap => gap.runId === later.runId);
  if (at < 0) return [...gaps, later];
  return gaps.with(at, { ...later, from: gaps[at]!.from });
}
