import type { JsonObject } from '../event/json.ts';
import { isNotice, type Notice } from '../event/notice.ts';
import type { EventOf, RunEvent } from '../event/run-event.ts';
import type { OpenThings } from './open-things.ts';
import type { Speech } from './speech.ts';
import { partPlace } from './teller.ts';

/** How one system is told runs. */
export interface Tongue<Said extends { readonly type: string }, Stream extends Speech<Said>, Placed> {
  /** Says that the run begins, or goes on behind a question; `item` comes next, where that is known. */
  begin(stream: Stream, item?: RunEvent | Notice): void;
  /** Whether notices need a run that has begun, and a client that returns is told that it has. */
  readonly isFramed: boolean;
  tell(stream: Stream, event: RunEvent): void;
  tellNotice(stream: Stream, notice: Notice): void;
  /** Says how it began to whoever was told that what was seen is void. Default: as if it came in the middle. */
  restate?(stream: Stream, event: EventOf<'started'>): void;
  /** Tells where a client goes on that has this, if that is anywhere. */
  place(said: Said, cursor: string | undefined): Placed;
}

const NOTHING: readonly never[] = [];

/**
 * One run in the words of another system, item by item, in order. Whatever comes, wherever a client joins or leaves, what
 * is open is closed before the end, and opened again for a client that returns. Pure and synchronous; made anew for each
 * stream. Memory: what is open.
 */
export class RunMapper<Said extends { readonly type: string }, Stream extends Speech<Said>, Placed> {
  readonly #stream: Stream;
  readonly #tongue: Tongue<Said, Stream, Placed>;
  #place = 'start';
  #seq = 0;
  #part = 0;
  /** How much of what the next event gives was said before it came: that the run goes on behind a question. */
  #ahead = 0;
  #question: string | undefined;
  #isVoid = false;
  #hasEnded = false;

  constructor(stream: Stream, tongue: Tongue<Said, Stream, Placed>) {
    this.#stream = stream;
    this.#tongue = tongue;
  }

  /** The question at which what is told stops, until something follows. */
  get question(): string | undefined {
    return this.#question;
  }

  /** What to say of an item. The last of it has the item's cursor, those before it a place inside of what the item gives. */
  next(item: RunEvent | Notice): readonly Placed[] {
    if (this.#hasEnded) return NOTHING;
    return isNotice(item) ? this.#notice(item) : this.#event(item);
  }

  /**
   * What a client needs that was told all of this already, and `part` pieces of what the next item gives: what is open.
   * With a part it comes together with the next item.
   */
  rejoin(part = 0): readonly Placed[] {
    this.#part = part;
    if (part > 0 || this.#hasEnded) return NOTHING;
    const { isRunning, open } = this.#stream;
    const isBegun = !isRunning && this.#tongue.isFramed;
    if (isBegun) this.#beginAhead();
    const said = isBegun ? this.#stream.take() : open.reopening();
    return said.map(one => this.#tongue.place(one, this.#place));
  }

  #event(item: RunEvent): readonly Placed[] {
    const stream = this.#stream;
    const part = item.seq === this.#seq + 1 ? this.#part : 0;
    const before = part > 0 ? stream.open.copy() : undefined;
    const isSaid = this.#isTold(item);
    const said = stream.take();
    const ahead = this.#ahead;
    const last = said.length - 1;
    const all = said.map((one, at) =>
      this.#tongue.place(one, at === last ? item.id : partPlace(this.#place, ahead + at + 1)),
    );
    const rest = before ? this.#withoutPart(said, all, { before, part }) : all;
    if (isSaid) this.#ahead = 0;
    this.#place = item.id;
    this.#seq = item.seq;
    this.#part = 0;
    return rest;
  }

  /** Tells an event, unless the question before it has said as much. */
  #isTold(item: RunEvent): boolean {
    const stream = this.#stream;
    const isAsked = this.#question !== undefined || this.#ahead > 0;
    if (isAsked && item.type === 'status' && item.data.status === 'waiting') return false;
    const isFirst = !stream.isRunning;
    if (isFirst) this.#begin(item);
    if (item.type === 'started' && this.#isVoid && this.#tongue.restate) {
      this.#isVoid = false;
      this.#tongue.restate(stream, item);
    } else if (item.type !== 'started' || !(isFirst || this.#ahead > 0)) {
      this.#tongue.tell(stream, item);
    }
    if (item.type === 'ask') this.#question = item.data.askId;
    this.#hasEnded = item.final === true;
    return true;
  }

  #begin(item?: RunEvent | Notice): void {
    this.#question = undefined;
    this.#tongue.begin(this.#stream, item);
  }

  #beginAhead(notice?: Notice): void {
    const isBehindQuestion = this.#question !== undefined;
    this.#begin(notice);
    if (isBehindQuestion) this.#ahead = this.#stream.length;
  }

  #withoutPart(
    said: readonly Said[],
    all: readonly Placed[],
    { before, part }: { readonly before: OpenThings<Said>; readonly part: number },
  ): readonly Placed[] {
    const known = Math.max(0, part - this.#ahead);
    for (const one of said.slice(0, known)) before.note(one);
    const place = partPlace(this.#place, part);
    return [...before.reopening().map(one => this.#tongue.place(one, place)), ...all.slice(known)];
  }

  #notice(notice: Notice): readonly Placed[] {
    const stream = this.#stream;
    if (!stream.isRunning && this.#tongue.isFramed) this.#beginAhead(notice);
    this.#tongue.tellNotice(stream, notice);
    let cursor: string | undefined;
    if (notice.notice === 'gap') {
      cursor = this.#place = notice.cursor;
      this.#seq = notice.to;
    } else if (notice.notice === 'reset') {
      this.#place = 'start';
      this.#seq = this.#part = this.#ahead = 0;
      this.#isVoid = true;
      this.#hasEnded = notice.reason === 'gone';
    }
    const said = stream.take();
    return said.map((one, at) => this.#tongue.place(one, at === said.length - 1 ? cursor : undefined));
  }
}

/** What stands around a run, besides its ids. */
export function runFacts(item: RunEvent | Notice | undefined): JsonObject {
  if (!item || isNotice(item) || item.type !== 'started') return {};
  const { agent, framework } = item.data;
  return { ...(agent !== undefined && { agent }), ...(framework !== undefined && { framework }) };
}
