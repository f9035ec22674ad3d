import type { Recording } from './recording.ts';

/** Items that are played between two frames of the page. */
const MOST_PER_FRAME = 250;

/** Where a replay is: how many items were played, and how far the time of the next one is. */
export class Playhead {
  readonly #recording: Recording;
  #count = 0;
  /** Milliseconds from the start of the replay. */
  #at = 0;
  /** How many times as fast as it was. */
  speed = 1;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  get count(): number {
    return this.#count;
  }

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#count >= this.#recording.length;
  }

  /** Goes on by so many milliseconds of somebody's time. */
  advance(elapsed: number): void {
    const goal = this.#at + elapsed * this.speed;
    const most = Math.min(this.#recording.length, this.#count + MOST_PER_FRAME);
    while (this.#count < most && this.#recording.offsetOf(this.#count) <= goal) this.#count++;
    // Nothing is skipped where more is due than can be drawn, and time stands still where nothing is left.
    this.#at = Math.min(goal, this.#recording.offsetOf(this.#count));
  }

  /** Goes to where so many items were played; within what there is. */
  moveTo(count: number): void {
    this.#count = Math.max(0, Math.min(count, this.#recording.length));
    this.#at = this.#count === 0 ? 0 : this.#recording.offsetOf(this.#count - 1);
  }
}
