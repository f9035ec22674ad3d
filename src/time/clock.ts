/** Where time comes from. The engine takes one; specs pass a clock they move by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Calls `ring` once after `delay` milliseconds, and returns what stops it. A `background` alarm does not
   * keep the process alive.
   */
  alarm(delay: number, ring: () => void, background: boolean): () => void;
  /** Milliseconds that only grow, whoever corrects the date; for durations. Default: differences of {@link now}. */
  monotonic?(): number;
}

// setTimeout fires at once beyond 2^31-1 ms; whoever asks for more is woken early and asks again.
const LONGEST_ALARM = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  alarm(delay, ring, background) {
    const timer = setTimeout(ring, Math.min(Math.max(delay, 0), LONGEST_ALARM));
    if (background) timer.unref();
    return () => clearTimeout(timer);
  },
};
