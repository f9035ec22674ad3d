import { parsePosition } from '../../event/cursor.ts';
import type { KnownTrouble } from '../../run/reader.ts';
import type { FeedStep, RunFeedGroup } from '../run-feed-group.ts';
import { SILENT } from '../bell.ts';
import type { SocketBytes } from './socket-bytes.ts';

/** Bursts in which a filter leaves nothing; after so many others have their turn. */
const MOST_EMPTY = 16;

type Step = FeedStep<SocketBytes>;

/**
 * One subscription to one run: a position, and what may still be sent. It is not a queue: without credit nothing is
 * read, and whatever its socket has not asked for costs nothing.
 */
export class RunSubscription {
  /** Rings when there may be more; later, never inside {@link next}. Set by the socket. */
  bell = SILENT;
  place = -1;
  readonly #group: RunFeedGroup<SocketBytes>;
  readonly #release: () => void;
  #position: string;
  #toldId: string;
  #credit: number;
  #state: Step['state'] = 'more';
  /** How often the run's bell had rung when the log was found to hold nothing more. */
  #tipAt = -1;
  #ahead: Step | undefined;
  #known: KnownTrouble | undefined;
  #closed = false;

  /** `release` is called once, when the subscription leaves the group. */
  constructor(
    group: RunFeedGroup<SocketBytes>,
    { position, credit }: { readonly position: string; readonly credit: number },
    release: () => void,
  ) {
    this.#group = group;
    this.#position = this.#toldId = position;
    this.#credit = credit;
    this.#release = release;
  }

  /** Nothing follows what `next` has given. */
  get ended(): boolean {
    return this.#closed || (this.#state === 'end' && this.#ahead === undefined);
  }

  /** What may still be sent; less than 0 after an item that cost more than there was. */
  get credit(): number {
    return this.#credit;
  }

  /**
   * Looks ahead to what `next` gives first, and tells where the subscription begins: for `now` that is a cursor.
   * Rejects with what the log cannot be read for.
   */
  async begin(): Promise<string> {
    const step = await this.#group.after(this.#position);
    // Who cannot be told anything yet is to ask again.
    if (step.trouble) throw step.trouble.error;
    if (this.#position === 'now' && !step.bytes) this.#position = this.#toldId = step.to;
    if (!this.#closed) this.#ahead = step;
    return this.#position;
  }

  /** What it looked ahead to cannot be taken now, and is read again when it can. */
  forget(): void {
    // Behind `now` it would be read from another place.
    if (this.#position !== 'now') this.#ahead = undefined;
  }

  /** So much more may be sent. */
  grant(credit: number): void {
    this.#credit += credit;
  }

  /**
   * The next frames, at once where the log answers at once. `undefined`: wait for the bell or for credit, or it has
   * ended. Throws or rejects with `STORAGE_LOST`. One call at a time.
   */
  next(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    if (this.#state === 'tip' && this.#tipAt === this.#group.rings) return this.#wait();
    for (let empty = 0; !this.ended && this.#credit > 0;) {
      const step = this.#ahead ?? this.#group.after(this.#position, this.#known);
      this.#ahead = undefined;
      if (!('to' in step)) return step.then(read => this.#take(read) ?? this.#resume());
      const bytes = this.#take(step);
      if (bytes) return bytes;
      if (this.#state === 'tip' || ++empty === MOST_EMPTY) return this.#wait();
    }
    return undefined;
  }

  /** Events that are stored and not given yet; may reject with `STORAGE_LOST`. */
  behind(): number | Promise<number> {
    if (this.ended || (this.#state === 'tip' && this.#tipAt === this.#group.rings)) return 0;
    const at = parsePosition(this.#position);
    if (at === 'now') return 0;
    const seq = at === 'start' ? 0 : at.seq;
    return this.#group.tip().then(tip => Math.max(0, tip - seq));
  }

  /** A message that tells the place, where no event has told it: a filter left out what came. */
  moved(): Uint8Array | undefined {
    if (this.ended || this.#position === this.#toldId || this.#position === 'start') return undefined;
    this.#toldId = this.#position;
    return this.#group.heartbeat(this.#position).all;
  }

  /** Frees what it holds, at once and for good. Has no influence on any run. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ahead = undefined;
    this.#group.leave(this);
    this.#release();
  }

  #take({ bytes, lastId, to, state, rings, known }: Step): Uint8Array | undefined {
    if (this.#closed) return undefined;
    this.#known = known.isTold ? known : undefined;
    const taken = bytes?.first(this.#credit);
    if (taken) this.#credit -= taken.cost;
    if (taken?.isPart) {
      // Only events come several at a time, and each is a place to go on from.
      this.#position = this.#toldId = taken.cursor!;
      this.#state = 'more';
      return taken.bytes;
    }
    this.#position = to;
    if (lastId !== undefined) this.#toldId = lastId;
    // Shared bytes may be older than the last ring, which rang while this subscription was not waiting.
    this.#state = state === 'tip' && rings !== this.#group.rings ? 'more' : state;
    this.#tipAt = rings;
    return taken?.bytes;
  }

  #resume(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    return this.#state === 'tip' ? this.#wait() : this.next();
  }

  #wait(): undefined {
    this.#group.wait(this);
    if (this.#state === 'more') this.#group.flushSoon();
    return undefined;
  }
}
