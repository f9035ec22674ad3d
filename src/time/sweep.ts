import type { Clock } from './clock.ts';

/** Within `reach` milliseconds from now a deadline may be `step` milliseconds late. */
const RESOLUTIONS = [
  { reach: 1_000, step: 10 },
  { reach: 60_000, step: 250 },
  { reach: 3_600_000, step: 5_000 },
  { reach: Infinity, step: 60_000 },
] as const;

interface Deadline {
  readonly time: number;
  readonly order: number;
  readonly ring: () => void;
  readonly keepAlive: boolean;
  readonly bucket: Bucket;
  /** Its place in the bucket; -1 once it rang or was cancelled. */
  slot: number;
}

interface Bucket {
  readonly due: number;
  readonly deadlines: Deadline[];
}

/**
 * One timer for all deadlines of an engine: time-outs, leases, TTLs. Deadlines that fall close together share a
 * bucket, and only the nearest bucket has an alarm. A deadline never rings early; it rings late by at most 10 ms
 * if it was less than a second away when it was set, 250 ms up to a minute, 5 s up to an hour, a minute beyond.
 *
 * Setting and cancelling cost about as much as a `Map` lookup: a cancelled deadline leaves its alarm behind,
 * which finds nothing to do. Only an alarm that keeps the process alive is taken back at once.
 */
export class Sweep {
  readonly #clock: Clock;
  readonly #buckets = new Map<number, Bucket>();
  #latest: Bucket | undefined;
  #order = 0;
  #size = 0;
  #keepAlive = 0;
  #closed = false;
  #alarm: { readonly due: number; readonly background: boolean; readonly stop: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Deadlines that neither rang nor were cancelled. */
  get size(): number {
    return this.#size;
  }

  /**
   * Calls `ring` once when the clock has reached `time` (milliseconds since the epoch), always later, never
   * inside this call. Deadlines of one bucket ring in the order of their times. What `ring` throws is dropped,
   * so that the others ring too. With `keepAlive` the process does not end before. Returns what cancels;
   * cancelling twice or after the ring does nothing. After {@link close} nothing rings.
   */
  at(
    time: number,
    ring: () => void,
    { keepAlive = false }: { readonly keepAlive?: boolean } = {},
  ): () => void {
    if (this.#closed) return () => undefined;
    const bucket = this.#bucketFor(time);
    const deadline = { time, order: this.#order++, ring, keepAlive, bucket, slot: bucket.deadlines.length };
    bucket.deadlines.push(deadline);
    this.#size++;
    if (keepAlive) this.#keepAlive++;
    const armed = this.#alarm;
    if (!armed || bucket.due < armed.due) this.#arm(bucket.due);
    else if (keepAlive && armed.background) this.#arm(armed.due);
    return () => this.#cancel(deadline);
  }

  /** Cancels everything, for good. */
  close(): void {
    this.#closed = true;
    for (const { deadlines } of this.#buckets.values()) for (const deadline of deadlines) deadline.slot = -1;
    this.#buckets.clear();
    this.#latest = undefined;
    this.#size = this.#keepAlive = 0;
    this.#disarm();
  }

  #bucketFor(time: number): Bucket {
    const distance = time - this.#clock.now();
    let tier = 0;
    while (distance > RESOLUTIONS[tier]!.reach) tier++;
    const { step } = RESOLUTIONS[tier]!;
    const due = Math.ceil(time / step) * step;
    if (this.#latest?.due === due) return this.#latest;
    let bucket = this.#buckets.get(due);
    if (!bucket) this.#buckets.set(due, (bucket = { due, deadlines: [] }));
    return (this.#latest = bucket);
  }

  #cancel(deadline: Deadline): void {
    if (deadline.slot < 0) return;
    this.#remove(deadline);
    if (deadline.keepAlive && this.#keepAlive === 0) this.#rearm();
  }

  #remove(deadline: Deadline): void {
    const { deadlines } = deadline.bucket;
    const last = deadlines.pop()!;
    if (last !== deadline) {
      deadlines[deadline.slot] = last;
      last.slot = deadline.slot;
    }
    deadline.slot = -1;
    this.#size--;
    if (deadline.keepAlive) this.#keepAlive--;
  }

  #wake(): void {
    this.#alarm = undefined;
    for (const deadline of this.#takeDue()) {
      if (deadline.slot < 0) continue;
      this.#remove(deadline);
      try {
        deadline.ring();
      } catch {
        // Whoever set it answers for it; the other deadlines ring all the same.
      }
    }
    this.#rearm();
  }

  #takeDue(): Deadline[] {
    const now = this.#clock.now();
    const taken: Deadline[] = [];
    for (const { due, deadlines } of this.#buckets.values()) {
      if (due > now) continue;
      this.#buckets.delete(due);
      for (const deadline of deadlines) taken.push(deadline);
    }
    this.#latest = undefined;
    return taken.sort((a, b) => a.time - b.time || a.order - b.order);
  }

  #rearm(): void {
    let next = Infinity;
    for (const { due, deadlines } of this.#buckets.values()) {
      if (deadlines.length > 0 && due < next) next = due;
    }
    this.#disarm();
    if (next < Infinity) this.#arm(next);
  }

  #arm(due: number): void {
    this.#alarm?.stop();
    const background = this.#keepAlive === 0;
    const stop = this.#clock.alarm(due - this.#clock.now(), () => this.#wake(), background);
    this.#alarm = { due, background, stop };
  }

  #disarm(): void {
    this.#alarm?.stop();
    this.#alarm = undefined;
  }
}
