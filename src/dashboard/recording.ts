import { emptyRun, foldRun, isNotice, type Notice, type RunEvent, type RunState } from '../client/index.ts';

/** The longest pause between two events of a replay; milliseconds. Nobody waits an hour for a person's answer again. */
const LONGEST_PAUSE = 2_000;
/** A state is kept for each so many items; those between are folded from it. */
const INTERVAL = 500;

/** Stored items in their order, each at its time in a replay, and what the first of them add up to. */
export class Recording {
  readonly #items: (RunEvent | Notice)[] = [];
  /** Milliseconds from the start of the replay. */
  readonly #offsets: number[] = [];
  readonly #states: RunState[] = [emptyRun];
  #time: number | undefined;
  #last = { count: 0, state: emptyRun };

  get length(): number {
    return this.#items.length;
  }

  /** Milliseconds that it takes as it was, without its long pauses. */
  get duration(): number {
    return this.#offsets.at(-1) ?? 0;
  }

  push(items: readonly (RunEvent | Notice)[]): void {
    for (const item of items) {
      const time = isNotice(item) ? this.#time : Date.parse(item.time);
      const pause = time === undefined ? 0 : Math.max(0, time - (this.#time ?? time));
      this.#offsets.push(this.duration + Math.min(pause, LONGEST_PAUSE));
      this.#items.push(item);
      this.#time = time;
    }
  }

  /** When the item with this index comes; milliseconds from the start. */
  offsetOf(index: number): number {
    return this.#offsets[index] ?? this.duration;
  }

  slice(from: number, to: number): readonly (RunEvent | Notice)[] {
    return this.#items.slice(from, to);
  }

  /** What the first `count` items add up to; parts that did not change since the last call are the same objects. */
  stateAt(count: number): RunState {
    const known = Math.min(Math.floor(count / INTERVAL), this.#states.length - 1);
    const isBehind = this.#last.count <= count && this.#last.count >= known * INTERVAL;
    let { count: at, state } = isBehind
      ? this.#last
      : { count: known * INTERVAL, state: this.#states[known]! };
    while (at < count) {
      state = foldRun(state, this.#items[at++]!);
      if (at % INTERVAL === 0) this.#states[at / INTERVAL] ??= state;
    }
    this.#last = { count, state };
    return state;
  }
}
