import type { RunEvent } from '../../event/run-event.ts';
import type { Burst } from './burst.ts';
import type { EventQueue, QueueBounds, Taken } from './event-queue.ts';

/** One waiting event: in the order of all, and in that of its run. */
interface Place {
  readonly event: RunEvent;
  readonly bytes: number;
  readonly lane: Lane;
  before: Place | undefined;
  after: Place | undefined;
  next: Place | undefined;
}

/** The waiting events of one run. */
interface Lane {
  readonly name: string;
  first: Place | undefined;
  last: Place | undefined;
  isBusy: boolean;
}

interface TakenOfLanes extends Taken {
  readonly lanes: readonly Lane[];
}

/**
 * The queue of an observer that works on several runs at once: the events of a run go out one after another, and a
 * run that is being worked on holds up no other. Every step costs the same however many events wait.
 */
export class RunLanes implements EventQueue {
  readonly #bounds: QueueBounds;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that have an event which may go, in the order in which they came to have one. */
  readonly #ready = new Set<Lane>();
  #oldest: Place | undefined;
  #newest: Place | undefined;
  #length = 0;
  #bytes = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get length(): number {
    return this.#length;
  }

  push(burst: Burst, from: number): number {
    const { capacity, overflow } = this.#bounds;
    let lost = 0;
    for (let at = from; at < burst.length; at++) {
      const bytes = burst.bytesAt(at);
      const isFull = (): boolean =>
        this.#length > 0 && (this.#length >= capacity.events || this.#bytes + bytes > capacity.bytes);
      if (overflow === 'drop-oldest') {
        for (; isFull(); lost++) this.#remove(this.#oldest!);
      } else if (isFull()) {
        lost++;
        continue;
      }
      this.#add(burst.events[at]!, bytes);
    }
    return lost;
  }

  take(most: number): Taken | undefined {
    const events: RunEvent[] = [];
    const lanes: Lane[] = [];
    for (const lane of this.#ready) {
      if (events.length >= most) break;
      this.#ready.delete(lane);
      lane.isBusy = true;
      lanes.push(lane);
      while (lane.first && events.length < most) {
        events.push(lane.first.event);
        this.#remove(lane.first);
      }
    }
    if (events.length === 0) return undefined;
    const taken: TakenOfLanes = { events, lanes };
    return taken;
  }

  release(taken: Taken): void {
    for (const lane of (taken as TakenOfLanes).lanes) {
      lane.isBusy = false;
      if (lane.first) this.#ready.add(lane);
      else this.#lanes.delete(lane.name);
    }
  }

  clear(): number {
    const lost = this.#length;
    while (this.#oldest) this.#remove(this.#oldest);
    return lost;
  }

  #add(event: RunEvent, bytes: number): void {
    const name = `${event.tenantId}/${event.runId}`;
    let lane = this.#lanes.get(name);
    if (!lane) this.#lanes.set(name, (lane = { name, first: undefined, last: undefined, isBusy: false }));
    const place: Place = { event, bytes, lane, before: this.#newest, after: undefined, next: undefined };
    if (this.#newest) this.#newest.after = place;
    else this.#oldest = place;
    this.#newest = place;
    if (lane.last) lane.last.next = place;
    else lane.first = place;
    lane.last = place;
    this.#length++;
    this.#bytes += bytes;
    if (!lane.isBusy) this.#ready.add(lane);
  }

  /** Only ever the first of its lane: the oldest of all is that, too. */
  #remove(place: Place): void {
    const { before, after, lane } = place;
    if (before) before.after = after;
    else this.#oldest = after;
    if (after) after.before = before;
    else this.#newest = before;
    lane.first = place.next;
    if (!lane.first) lane.last = undefined;
    this.#length--;
    this.#bytes -= place.bytes;
    if (lane.first || lane.isBusy) return;
    this.#ready.delete(lane);
    this.#lanes.delete(lane.name);
  }
}
