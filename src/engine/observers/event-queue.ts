import type { RunEvent } from '../../event/run-event.ts';
import type { Burst } from './burst.ts';
import type { ObserverOverflow } from './observe-options.ts';

/** What a queue may hold, and what it loses beyond. */
export interface QueueBounds {
  readonly capacity: { readonly events: number; readonly bytes: number };
  readonly overflow: ObserverOverflow;
}

/** Events that were taken out together, to be given back to {@link EventQueue.release}. */
export interface Taken {
  readonly events: readonly RunEvent[];
}

/** Events on their way to one observer: bounded, in the order of each run. */
export interface EventQueue {
  /** Events that wait. */
  readonly length: number;
  /** Adds the events of a burst from a place on; how many were lost, of these or of those before. */
  push(burst: Burst, from: number): number;
  /** At most so many events that may be handled now. */
  take(most: number): Taken | undefined;
  /** Says that what was taken is done with. */
  release(taken: Taken): void;
  /** Forgets everything; how many that were. */
  clear(): number;
}

interface Segment {
  readonly burst: Burst;
  at: number;
  end: number;
}

/** The queue of an observer that does one thing at a time: parts of bursts, first in, first out. */
export class SerialQueue implements EventQueue {
  readonly #bounds: QueueBounds;
  #segments: Segment[] = [];
  #head = 0;
  #length = 0;
  #bytes = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get length(): number {
    return this.#length;
  }

  push(burst: Burst, from: number): number {
    if (from >= burst.length) return 0;
    const segment = { burst, at: from, end: burst.length };
    this.#segments.push(segment);
    this.#length += segment.end - from;
    this.#bytes += burst.bytes;
    for (let at = 0; at < from; at++) this.#bytes -= burst.bytesAt(at);
    let lost = 0;
    // One event always has room, also where it is larger than everything that may wait.
    while (this.#length > 1 && this.#isOver()) {
      if (this.#bounds.overflow === 'drop-oldest') this.#drop(this.#segments[this.#head]!, true);
      else if (segment.end > segment.at) this.#drop(segment, false);
      lost++;
    }
    return lost;
  }

  take(most: number): Taken | undefined {
    if (this.#length === 0) return undefined;
    const events: RunEvent[] = [];
    while (events.length < most && this.#length > 0) {
      const segment = this.#segments[this.#head]!;
      events.push(segment.burst.events[segment.at]!);
      this.#drop(segment, true);
    }
    return { events };
  }

  release(): void {
    // One call at a time: there is nothing that could have gone ahead.
  }

  clear(): number {
    const lost = this.#length;
    this.#segments = [];
    this.#head = this.#length = this.#bytes = 0;
    return lost;
  }

  #isOver(): boolean {
    const { events, bytes } = this.#bounds.capacity;
    return this.#length > events || this.#bytes > bytes;
  }

  #drop(segment: Segment, isFirst: boolean): void {
    this.#bytes -= segment.burst.bytesAt(isFirst ? segment.at++ : --segment.end);
    this.#length--;
    if (segment.at < segment.end) return;
    if (!isFirst) {
      this.#segments.pop();
      return;
    }
    this.#head++;
    if (this.#head * 2 < this.#segments.length) return;
    this.#segments = this.#segments.slice(this.#head);
    this.#head = 0;
  }
}
