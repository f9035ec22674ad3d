import { throwError, type Subscriber } from 'rxjs';
import type { Notice } from '../event/notice.ts';
import type { RunEvent } from '../event/run-event.ts';

/** What a subscriber of a run is given. */
export type RunItem = RunEvent | Notice;

interface WindowEnd {
  readonly error?: unknown;
  readonly notice?: Notice;
}

/**
 * The hot end of a run: its last committed events, and who hears the next one. It behaves as a
 * `ReplaySubject(capacity)` that can also be joined at an exact position, which is what hands a reader over from
 * the log without a hole, a duplicate or a filter in between; `docs/decisions/0001-window.md` says why it is not one.
 *
 * `next` is never called while it runs (the run's mailbox sees to that), so every subscriber hears one order.
 * Memory: `capacity` references, and one per subscriber.
 */
export class Window {
  readonly #capacity: number;
  #ring: RunEvent[] = [];
  #held = 0;
  #tip = 0;
  #subscribers: Subscriber<RunItem>[] = [];
  #closed = 0;
  #telling = false;
  #end: WindowEnd | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The seq of the newest delivered event. */
  get tip(): number {
    return this.#tip;
  }

  get subscriberCount(): number {
    return this.#subscribers.length - this.#closed;
  }

  /** The last event it was given. */
  get newest(): RunEvent | undefined {
    return this.#ring[(this.#tip - 1) % this.#capacity];
  }

  /** The earliest event it holds. */
  get oldest(): RunEvent | undefined {
    return this.#held === 0 ? undefined : this.#ring[(this.#tip - this.#held) % this.#capacity];
  }

  /** Whether whoever has seen events up to `position` can go on from here. */
  covers(position: number): boolean {
    return position >= this.#tip - this.#held;
  }

  /** Begins behind an event that another process delivered. */
  restore(event: RunEvent): void {
    if (event.seq !== this.#tip + 1) this.#held = 0;
    this.#hold(event);
  }

  /** Delivers a committed event, synchronously, in the order of subscription. */
  next(event: RunEvent): void {
    this.#hold(event);
    this.#tell(event);
  }

  /** Tells everybody who is here now. */
  notify(notice: Notice): void {
    this.#tell(notice);
  }

  complete(): void {
    this.#finish({});
  }

  /** Completes with a last word, which who comes later hears, too. */
  completeWith(notice: Notice): void {
    this.#finish({ notice });
  }

  /** Fails the subscribers: only for failures of the plumbing, never of the agent. */
  error(error: unknown): void {
    this.#finish({ error });
  }

  /**
   * Replays what comes after `position` and then lets `subscriber` hear what follows. Returns the position it got
   * to: short of {@link tip} if events made during the replay pushed the next one out of the window.
   */
  join(subscriber: Subscriber<RunItem>, position: number): number {
    let at = position;
    while (at < this.#tip && this.covers(at) && !subscriber.closed) {
      subscriber.next(this.#ring[at++ % this.#capacity]!);
    }
    if (at < this.#tip || subscriber.closed) return at;
    if (this.#end) finish(subscriber, this.#end);
    else this.#admit(subscriber);
    return at;
  }

  #hold(event: RunEvent): void {
    // A literal has room for the one event that a run which waits has; an empty array would make room for seventeen.
    if (event.seq === 1) this.#ring = [event];
    else this.#ring[(event.seq - 1) % this.#capacity] = event;
    this.#tip = event.seq;
    if (this.#held < this.#capacity) this.#held++;
  }

  #admit(subscriber: Subscriber<RunItem>): void {
    this.#subscribers.push(subscriber);
    subscriber.add(() => {
      this.#closed++;
      if (!this.#telling) this.#sweepClosed();
    });
  }

  #tell(item: RunItem): void {
    // Whoever joins meanwhile has replayed this item and stands behind `count`.
    const subscribers = this.#subscribers;
    const count = subscribers.length;
    this.#telling = true;
    for (let i = 0; i < count; i++) {
      try {
        subscribers[i]!.next(item);
      } catch (error) {
        report(error);
      }
    }
    this.#telling = false;
    if (this.#closed > 0) this.#sweepClosed();
  }

  /** Amortised: the closed ones go when they outnumber the others. */
  #sweepClosed(): void {
    if (this.#closed * 2 < this.#subscribers.length) return;
    this.#subscribers = this.#subscribers.filter(subscriber => !subscriber.closed);
    this.#closed = 0;
  }

  #finish(end: WindowEnd): void {
    if (this.#end) return;
    this.#end = end;
    const subscribers = this.#subscribers;
    this.#subscribers = [];
    this.#closed = 0;
    for (const subscriber of subscribers) {
      try {
        finish(subscriber, end);
      } catch (error) {
        report(error);
      }
    }
  }
}

function finish(subscriber: Subscriber<RunItem>, end: WindowEnd): void {
  if (end.notice) subscriber.next(end.notice);
  if ('error' in end) subscriber.error(end.error);
  else subscriber.complete();
}

// What a callback throws RxJS reports by itself, but a finalizer throws out of the call that led to it. It must not
// hurt the siblings, and it goes where RxJS sends all errors that nobody takes: `config.onUnhandledError`.
function report(error: unknown): void {
  throwError(() => error).subscribe();
}
