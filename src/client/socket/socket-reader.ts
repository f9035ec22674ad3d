import type { ErrorCode } from '../../errors/codes.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import { isNotice } from '../../event/notice.ts';
import type { CustomEvents } from '../../event/run-event.ts';
import type { ClientMessage, ServerMessage } from '../../http/websocket/messages.ts';
import type { FeedSource } from '../feed.ts';
import type { StreamSettings } from '../options.ts';
import { Retries } from '../retries.ts';
import { isItem, seqOf, type RunItem, type RunPlace } from '../run-items.ts';

/** What a subscription asks for. */
export interface Wanted {
  readonly runId: string;
  readonly filter: string | undefined;
  /** What may lie here and has not been taken. */
  readonly credit: number;
}

/** The connection of a reader. */
export interface ReaderLink {
  /** There is a connection, and the reader asks for its subscription. */
  subscribe(reader: SocketReader): void;
  say(message: ClientMessage): void;
  leave(reader: SocketReader): void;
  readonly settings: StreamSettings;
}

interface Arrived {
  readonly item?: RunItem<CustomEvents> | undefined;
  /** Where one goes on behind it; absent where it moves nothing. */
  readonly cursor?: string | undefined;
  readonly cost: number;
  readonly isEnd?: boolean | undefined;
}

/**
 * The items of one run on a shared socket, each event once; moves the place with each item that it gives. What came and
 * was not taken when a connection is lost is asked for again. Memory: what its credit allows.
 */
export class SocketReader implements FeedSource<RunItem<CustomEvents>> {
  readonly wanted: Wanted;
  /** What messages call the subscription. */
  id: string | undefined;
  readonly #place: RunPlace;
  readonly #link: ReaderLink;
  readonly #retries: Retries;
  readonly #closed: () => void;
  #arrived: Arrived[] = [];
  /** Cost of what was taken and is not granted again. */
  #taken = 0;
  #seq: number;
  #wasOpen = false;
  #isDone = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(wanted: Wanted, place: RunPlace, link: ReaderLink, closed: () => void) {
    this.wanted = wanted;
    this.#place = place;
    this.#link = link;
    this.#closed = closed;
    this.#seq = seqOf(place.cursor);
    // What becomes of one subscription is no state of the connection.
    this.#retries = new Retries({ ...link.settings, onState: () => undefined });
  }

  /** How to ask for it now. */
  get request(): Extract<ClientMessage, { type: 'subscribe' }> {
    const { runId, filter, credit } = this.wanted;
    const named = this.id === runId ? {} : { id: this.id };
    const after = this.#place.cursor;
    return { type: 'subscribe', runId, ...named, after, credit, ...(filter !== undefined && { filter }) };
  }

  heard(message: ServerMessage): void {
    switch (message.type) {
      case 'subscribed':
        this.#wasOpen = true;
        if (this.#place.cursor === 'now') {
          this.#place.cursor = message.cursor;
          this.#seq = seqOf(message.cursor);
        }
        return;
      case 'event':
      case 'notice':
        return this.#arrive(message);
      case 'cursor':
        this.#arrived.push({ cursor: message.cursor, cost: 0 });
        break;
      case 'end':
        this.id = undefined;
        this.#arrived.push({ cost: 0, isEnd: true });
        break;
      case 'error':
        this.id = undefined;
        return this.#refused(message);
      default:
        return;
    }
    this.#ring();
  }

  /** The connection is lost; what was not taken comes again. */
  disconnected(): void {
    this.id = undefined;
    this.#arrived = this.#arrived.some(({ isEnd }) => isEnd) ? this.#arrived : [];
    this.#taken = 0;
  }

  /** Nothing more comes: for a reason that is an error, or for none. */
  end(failure?: { readonly error: unknown }): void {
    // What came before an error is given first.
    if (failure) this.#failure ??= failure;
    else this.#isDone = true;
    this.#ring();
  }

  /** Whether it needs a subscription. */
  get isWaiting(): boolean {
    return (
      this.id === undefined && !this.#isDone && !this.#failure && !this.#arrived.some(({ isEnd }) => isEnd)
    );
  }

  take(): RunItem<CustomEvents> | undefined {
    for (let arrived = this.#next(); arrived; arrived = this.#next()) {
      const { item, cursor, cost, isEnd } = arrived;
      this.#grant(cost);
      if (cursor !== undefined) this.#place.cursor = cursor;
      if (isEnd) this.#isDone = true;
      if (item && this.#isNew(item)) return item;
    }
    return undefined;
  }

  async more(): Promise<boolean> {
    const isAtHand = (): boolean => this.#arrived.length > 0 || this.#isDone || this.#failure !== undefined;
    if (!isAtHand()) await new Promise<void>(resolve => (this.#wake = resolve));
    if (this.#isDone) return false;
    if (this.#arrived.length === 0 && this.#failure) throw this.#failure.error;
    return true;
  }

  close(): void {
    this.end();
    this.#retries.stop();
    this.#arrived = [];
    this.#link.leave(this);
    this.#closed();
  }

  #next(): Arrived | undefined {
    return this.#isDone ? undefined : this.#arrived.shift();
  }

  #isNew(item: RunItem<CustomEvents>): boolean {
    if (isNotice(item)) {
      if (item.notice === 'gap') this.#seq = item.to;
      if (item.notice === 'reset') this.#seq = 0;
      if (item.notice === 'reset' && item.reason === 'gone') this.#place.isEnded = this.#isDone = true;
      return true;
    }
    if (item.final) this.#place.isEnded = this.#isDone = true;
    const isNew = item.seq > this.#seq;
    if (isNew) this.#seq = item.seq;
    return isNew;
  }

  /** Half of it at a time: a message for each would cost as much as the item. */
  #grant(cost: number): void {
    this.#taken += cost;
    if (this.id === undefined || 2 * this.#taken < this.wanted.credit) return;
    this.#link.say({ type: 'credit', id: this.id, n: this.#taken });
    this.#taken = 0;
  }

  #arrive(message: Extract<ServerMessage, { type: 'event' | 'notice' }>): void {
    const item: unknown = message.type === 'event' ? message.event : message.notice;
    if (!isItem(item)) {
      const shown = JSON.stringify(item)?.slice(0, 80);
      const error = new SluiceError('BAD_RESPONSE', `Expected an event or a notice, got ${shown}.`);
      return this.end({ error });
    }
    this.#retries.reset();
    const cost = message.type === 'event' ? (message.cost ?? 1) : 1;
    this.#arrived.push({ item: item as RunItem<CustomEvents>, cursor: cursorBehind(item), cost });
    this.#ring();
  }

  #refused({ code, detail, status, runId, details }: Extract<ServerMessage, { type: 'error' }>): void {
    const isResuming = this.#wasOpen || /\d/.test(this.#place.cursor);
    if (code === 'RUN_NOT_FOUND' && isResuming) {
      const gone = { notice: 'reset', runId: this.wanted.runId, reason: 'gone' } as const;
      this.#arrived.push({ item: gone, cost: 0 });
      return this.#ring();
    }
    this.disconnected();
    const retryAfter = Number(details?.retryAfter) * 1_000;
    const facts = { ...details, status, ...(retryAfter > 0 && { retryAfter }) };
    const error = new SluiceError(code as ErrorCode, detail, { runId, details: facts });
    this.#retries
      .wait(error, { isKnown: true })
      .then(() => this.#link.subscribe(this))
      .catch((last: unknown) => this.end({ error: last }));
  }

  #ring(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

function cursorBehind(item: object): string | undefined {
  const known = item as RunItem<CustomEvents>;
  if (!isNotice(known)) return known.id;
  if (known.notice === 'gap') return known.cursor;
  return known.notice === 'reset' ? 'start' : undefined;
}
