import { utf8Length } from '../event/utf8-length.ts';
import type { EventLimit } from './producer-options.ts';

/** An event on its way to the server, as the JSON that is sent. */
export interface WaitingEvent {
  readonly json: string;
  readonly bytes: number;
}

/** Events in order, until they are stored. Taking one off costs the same however many wait. */
export class WaitingEvents {
  bytes = 0;
  #events: WaitingEvent[] = [];
  #head = 0;

  get length(): number {
    return this.#events.length - this.#head;
  }

  push(json: string): void {
    const bytes = utf8Length(json);
    this.#events.push({ json, bytes });
    this.bytes += bytes;
  }

  /** The first ones, within both limits, but one at the least. They stay until they are {@link drop}ped. */
  first(limit: EventLimit): readonly WaitingEvent[] {
    const end = Math.min(this.#head + limit.events, this.#events.length);
    let bytes = 0;
    let at = this.#head;
    while (at < end && (bytes += this.#events[at]!.bytes) <= limit.bytes) at++;
    return this.#events.slice(this.#head, Math.max(at, Math.min(this.#head + 1, end)));
  }

  drop(events: readonly WaitingEvent[]): void {
    for (const { bytes } of events) this.bytes -= bytes;
    this.#head += events.length;
    if (2 * this.#head < this.#events.length) return;
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }
}
