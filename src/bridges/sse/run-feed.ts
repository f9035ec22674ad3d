import type { KnownTrouble } from '../../run/reader.ts';
import { parsePosition } from '../../event/cursor.ts';
import type { FeedStep, RunFeedGroup } from '../run-feed-group.ts';
import type { SseBytes } from './sse-bytes.ts';
import { SILENT } from '../bell.ts';
import type { SseFeed } from './sse-feed.ts';

/** Bursts in which a filter leaves nothing; after so many others have their turn. */
const MOST_EMPTY = 16;

/** One connection to one run: a position, and whether it waits. */
export class RunFeed implements SseFeed {
  bell = SILENT;
  place = -1;
  readonly #group: RunFeedGroup<SseBytes>;
  readonly #release: () => void;
  #position: string;
  #sentId: string | undefined;
  #state: FeedStep<SseBytes>['state'] = 'more';
  /** How often the run's bell had rung when the log was found to hold nothing more. */
  #tipAt = -1;
  #ahead: FeedStep<SseBytes> | undefined;
  #known: KnownTrouble | undefined;
  #closed = false;

  /** `position`: as `?after=` has it. `release` is called once, when the connection leaves the group. */
  constructor(group: RunFeedGroup<SseBytes>, position: string, release: () => void) {
    this.#group = group;
    this.#position = this.#sentId = position;
    this.#release = release;
  }

  get ended(): boolean {
    return this.#state === 'end' && this.#ahead === undefined;
  }

  /** Looks ahead to what `next` gives first, and tells whether the position is exactly the end of an ended run. */
  async begin(): Promise<{ readonly isPastEnd: boolean }> {
    const step = await this.#group.after(this.#position);
    // Who cannot be told anything yet is to ask again.
    if (step.trouble) throw step.trouble.error;
    if (!this.#closed) this.#ahead = step;
    return { isPastEnd: step.state === 'end' && step.bytes === undefined };
  }

  next(): SseBytes | undefined | Promise<SseBytes | undefined> {
    if (this.#state === 'tip' && this.#tipAt === this.#group.rings) return this.#wait();
    for (let empty = 0; !this.#closed && this.#state !== 'end';) {
      const step = this.#ahead ?? this.#group.after(this.#position, this.#known);
      this.#ahead = undefined;
      if (!('to' in step)) return step.then(read => this.#take(read) ?? this.#resume());
      const bytes = this.#take(step);
      if (bytes) return bytes;
      if (this.#state === 'tip' || ++empty === MOST_EMPTY) return this.#wait();
    }
    return undefined;
  }

  behind(): number | Promise<number> {
    if (this.#state === 'end' || (this.#state === 'tip' && this.#tipAt === this.#group.rings)) return 0;
    const at = parsePosition(this.#position);
    if (at === 'now') return 0;
    const seq = at === 'start' ? 0 : at.seq;
    return this.#group.tip().then(tip => Math.max(0, tip - seq));
  }

  heartbeat(): SseBytes {
    // To somebody who was told of trouble a place says that it is over.
    const moved = !this.#known && this.#position !== this.#sentId && this.#position !== 'start';
    if (moved) this.#sentId = this.#position;
    return this.#group.heartbeat(moved ? this.#position : undefined);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ahead = undefined;
    this.#group.leave(this);
    this.#release();
  }

  #take({ bytes, lastId, to, state, rings, known }: FeedStep<SseBytes>): SseBytes | undefined {
    if (this.#closed) return undefined;
    this.#position = to;
    this.#known = known.isTold ? known : undefined;
    if (lastId !== undefined) this.#sentId = lastId;
    // Shared bytes may be older than the last ring, which rang while this connection was not waiting.
    this.#state = state === 'tip' && rings !== this.#group.rings ? 'more' : state;
    this.#tipAt = rings;
    return bytes;
  }

  #resume(): SseBytes | undefined | Promise<SseBytes | undefined> {
    return this.#state === 'tip' ? this.#wait() : this.next();
  }

  #wait(): undefined {
    this.#group.wait(this);
    if (this.#state === 'more') this.#group.flushSoon();
    return undefined;
  }
}
