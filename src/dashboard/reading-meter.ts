import { isNotice, type Notice, type RunEvent } from '../client/index.ts';

/** What one second of reading was like. */
export interface Second {
  readonly events: number;
  /** The longest time, in milliseconds, between an event and its arrival here; by the clocks of both machines. */
  readonly behind: number | undefined;
  /** Events that the page was told it will not get. */
  readonly missed: number;
}

/** Counts what the page reads of the run that it shows. */
class ReadingMeter {
  #events = 0;
  #behind: number | undefined;
  #missed = 0;

  /** An item has arrived just now; `now` in milliseconds since the epoch. */
  take(item: RunEvent | Notice, now: number): void {
    if (!isNotice(item)) {
      this.#events++;
      this.#behind = Math.max(this.#behind ?? 0, now - Date.parse(item.time));
    } else if (item.notice === 'gap') {
      this.#missed += item.to - item.from + 1;
    }
  }

  /** What was counted since this was asked last. */
  turn(): Second {
    const second = { events: this.#events, behind: this.#behind, missed: this.#missed };
    this.#events = 0;
    this.#behind = undefined;
    this.#missed = 0;
    return second;
  }
}

export const readingMeter = new ReadingMeter();
