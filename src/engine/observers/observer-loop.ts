import type { RunEvent } from '../../event/run-event.ts';
import type { Clock } from '../../time/clock.ts';
import type { Sweep } from '../../time/sweep.ts';
import { checkNumber } from '../check-number.ts';
import type { Burst } from './burst.ts';
import { SerialQueue, type EventQueue, type Taken } from './event-queue.ts';
import { holdProcess } from './hold-process.ts';
import type { ObserverSettings } from './observe-options.ts';
import type { Observation, ObservationEnd, ObserverFailure, ObserverHealth } from './observer.ts';
import { PartlyFailed } from './partly-failed.ts';
import { overflowed, tooSlow } from './observer-errors.ts';
import { RunLanes } from './run-lanes.ts';
import type { Target } from './target.ts';

/** What the loops of an engine share. */
export interface LoopServices {
  readonly clock: Clock;
  readonly sweep: Sweep;
  /** Never throws. */
  readonly report: (error: unknown, failure: ObserverFailure) => void;
  /** Has {@link ObserverLoop.pump} called in a later turn of the event loop. */
  readonly later: (loop: ObserverLoop) => void;
  /** Hands what was committed until now to the queues. */
  readonly handOver: () => void;
  /** Takes the loop off the list of those that are told of events. */
  readonly leave: (loop: ObserverLoop) => void;
}

/** Calls of one turn of the event loop; then the others have theirs. */
const CALLS_A_TURN = 256;
const CLOSE_TIMEOUT = 5_000;

/**
 * One observer: its queue, the calls under way, its deadlines and its counts. An observer that is free and answers at
 * once is called straight from the burst; only what it is too slow for waits.
 */
export class ObserverLoop implements Observation {
  readonly id: string;
  readonly kind: string | undefined;
  readonly #settings: ObserverSettings;
  readonly #target: Target;
  readonly #services: LoopServices;
  readonly #queue: EventQueue;
  #seen = 0;
  #delivered = 0;
  #failed = 0;
  #timedOut = 0;
  #dropped = 0;
  #active = 0;
  #activeEvents = 0;
  #isFailing = false;
  #isLosing = false;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #closing: Promise<ObservationEnd> | undefined;
  /** Rings when a group has waited long enough. */
  #stopWaiting: (() => void) | undefined;
  #isRipe = false;
  #isGettingReady = false;
  /** What cancels the deadlines of the calls under way. */
  readonly #deadlines = new Set<() => void>();
  #waiters: { readonly until: number; readonly resolve: () => void }[] = [];

  constructor(settings: ObserverSettings, target: Target, services: LoopServices) {
    this.id = settings.id;
    this.kind = settings.kind;
    this.#settings = settings;
    this.#target = target;
    this.#services = services;
    this.#queue = settings.concurrency === 1 ? new SerialQueue(settings) : new RunLanes(settings);
  }

  get seen(): number {
    return this.#seen;
  }

  get delivered(): number {
    return this.#delivered;
  }

  get failed(): number {
    return this.#failed;
  }

  get timedOut(): number {
    return this.#timedOut;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get waiting(): number {
    return this.#queue.length + this.#activeEvents;
  }

  get restarts(): number {
    return this.#target.restarts ?? 0;
  }

  get health(): ObserverHealth {
    if (this.#state === 'closed') return 'closed';
    if (this.#isFailing) return 'failing';
    const isFilling = this.#queue.length * 2 > this.#settings.capacity.events;
    return this.#isLosing || isFilling ? 'slow' : 'ok';
  }

  /** Takes what is for it; calls the observer only where `mayCall`, which is not so while somebody emits. */
  offer(all: Burst, mayCall: boolean): void {
    if (this.#state !== 'open') return;
    const { filter, tenantId, concurrency, overflow } = this.#settings;
    const burst = all.only(filter, tenantId);
    if (burst.length === 0) return;
    this.#seen += burst.length;
    const isFree = mayCall && this.#queue.length === 0 && this.#active === 0 && concurrency === 1;
    const done = isFree && !this.#target.takesBatches ? this.#callEach(burst.events) : 0;
    if (done === burst.length) return;
    if (this.#isClosed()) {
      this.#dropped += burst.length - done;
      return;
    }
    const lost = this.#queue.push(burst, done);
    if (lost > 0) this.#lose(lost, burst.events.at(-1)!);
    if (lost > 0 && overflow === 'error') return this.unsubscribe();
    if (mayCall) this.pump();
    else this.#services.later(this);
  }

  /** Calls the observer as long as something waits and it is free. Never called while somebody emits. */
  pump(): void {
    for (let calls = 0; this.#active < this.#settings.concurrency && !this.#isClosed(); calls++) {
      if (this.#queue.length === 0) break;
      if (calls === CALLS_A_TURN) return this.#services.later(this);
      if (!this.#isReady() || !this.#isTime()) return;
      const taken = this.#queue.take(this.#settings.maxBatch);
      if (!taken) break;
      this.#isRipe = false;
      this.#call(taken);
    }
    if (this.#queue.length === 0) this.#isLosing = false;
    this.#settleWaiters();
  }

  unsubscribe(): void {
    if (this.#state === 'closed') return;
    this.#end();
    void this.#ending('close').catch(() => undefined);
  }

  async flush(): Promise<void> {
    this.#services.handOver();
    const drained = this.#drained();
    holdProcess(drained, this.#services);
    await drained;
    if (!this.#isClosed()) await this.#ending('flush');
  }

  close({ timeout }: { readonly timeout?: number | undefined } = {}): Promise<ObservationEnd> {
    const limit = checkNumber('close: timeout', timeout, CLOSE_TIMEOUT, {
      min: 0,
      max: 3_600_000,
      unit: 'ms',
    });
    if (this.#state === 'closed') return this.#closing ?? Promise.resolve({ left: 0 });
    return (this.#closing ??= this.#close(limit));
  }

  async #close(limit: number): Promise<ObservationEnd> {
    const { clock, sweep, handOver, leave } = this.#services;
    handOver();
    this.#state = 'closing';
    leave(this);
    let isLate = false;
    const expired = new Promise<void>(resolve => {
      const ring = (): void => {
        isLate = true;
        resolve();
      };
      const stop = sweep.at(clock.now() + limit, ring, { keepAlive: true });
      const finish = async (): Promise<void> => {
        await this.#drained();
        await this.#ending('flush');
        if (isLate) return;
        this.#end();
        await this.#ending('close');
      };
      void finish().then(() => {
        stop();
        resolve();
      });
    });
    await expired;
    const left = this.waiting;
    if (isLate) {
      this.unsubscribe();
      this.#target.abandon?.();
    }
    return { left };
  }

  /** Calls the observer for one event after another while it answers at once; how many that were. */
  #callEach(events: readonly RunEvent[]): number {
    if (!this.#isReady()) return 0;
    let at = 0;
    while (at < events.length) {
      const event = events[at++]!;
      try {
        const answer = this.#target.one(event);
        if (isThenable(answer)) {
          this.#wait(answer, { events: [event] });
          break;
        }
        this.#delivered++;
        this.#isFailing = false;
      } catch (error) {
        this.#fail(error, 1, event);
      }
      if (this.#isClosed()) break;
    }
    return at;
  }

  #call(taken: Taken): void {
    const { events } = taken;
    try {
      const answer = this.#target.takesBatches ? this.#target.many(events) : this.#target.one(events[0]!);
      if (isThenable(answer)) return this.#wait(answer, taken);
      this.#delivered += events.length;
      this.#isFailing = false;
    } catch (error) {
      this.#fail(error, events.length, events[0]);
    }
    this.#queue.release(taken);
  }

  /** Goes on when the observer is done or has had its time, whichever is first; what comes later is not heard. */
  #wait(answer: unknown, taken: Taken): void {
    const { clock, sweep } = this.#services;
    const { timeout } = this.#settings;
    const { events } = taken;
    this.#active++;
    this.#activeEvents += events.length;
    let isOver = false;
    const over = (count: () => void): void => {
      if (isOver) return;
      isOver = true;
      stop();
      this.#deadlines.delete(stop);
      // Whatever was under way when it ended was counted then.
      if (this.#isClosed()) return;
      this.#active--;
      this.#activeEvents -= events.length;
      count();
      this.#queue.release(taken);
      this.pump();
    };
    const stop =
      timeout === Infinity
        ? () => undefined
        : sweep.at(clock.now() + timeout, () =>
            over(() => {
              this.#timedOut += events.length;
              this.#isFailing = true;
              this.#target.abandon?.();
              this.#services.report(tooSlow(this.id, timeout), this.#failure(events[0]));
            }),
          );
    this.#deadlines.add(stop);
    // Unlike Promise.resolve it runs nothing of a strange thenable here, and hears it once.
    new Promise(resolve => resolve(answer)).then(
      answered =>
        over(() => {
          const failed = answered instanceof PartlyFailed ? answered.failed : 0;
          this.#delivered += events.length - failed;
          this.#isFailing = false;
          if (answered instanceof PartlyFailed) this.#fail(answered.error, failed, events[0]);
        }),
      (error: unknown) => over(() => this.#fail(error, events.length, events[0])),
    );
  }

  /** Whether the target can be called; if not, it calls again. */
  #isReady(): boolean {
    if (this.#isGettingReady) return false;
    const ready = this.#target.ready?.();
    if (!ready) return true;
    this.#isGettingReady = true;
    const goOn = (): void => {
      this.#isGettingReady = false;
      this.pump();
    };
    const fail = (error: unknown): void => {
      this.#isFailing = true;
      if (!this.#isClosed()) this.#services.report(error, this.#failure(undefined));
      goOn();
    };
    ready.then(goOn, fail);
    return false;
  }

  /** Whether a group is full or has waited long enough; if not, it is called again in time. */
  #isTime(): boolean {
    const { maxBatch, maxWait } = this.#settings;
    const isFull = this.#queue.length >= maxBatch;
    if (maxWait === 0 || isFull || this.#isRipe || this.#waiters.length > 0 || this.#state === 'closing') {
      this.#stopWaiting?.();
      this.#stopWaiting = undefined;
      return true;
    }
    const { clock, sweep } = this.#services;
    this.#stopWaiting ??= sweep.at(clock.now() + maxWait, () => {
      this.#stopWaiting = undefined;
      this.#isRipe = true;
      this.pump();
    });
    return false;
  }

  /** Resolves when it is done with all that it has been offered. */
  #drained(): Promise<void> {
    return new Promise(resolve => {
      this.#waiters.push({ until: this.#seen, resolve });
      this.#services.later(this);
    });
  }

  #settleWaiters(): void {
    if (this.#waiters.length === 0) return;
    const done = this.#seen - this.waiting;
    // Where runs overtake each other, only an empty queue tells that a certain event is done with.
    const isEmpty = this.waiting === 0;
    const isSettled = (until: number): boolean =>
      this.#isClosed() || isEmpty || (this.#settings.concurrency === 1 && done >= until);
    const settled = this.#waiters.filter(({ until }) => isSettled(until));
    if (settled.length === 0) return;
    this.#waiters = this.#waiters.filter(({ until }) => !isSettled(until));
    for (const { resolve } of settled) resolve();
  }

  /** The end of the observer's own; it has as long as one call. Never rejects. */
  async #ending(which: 'flush' | 'close'): Promise<void> {
    const { clock, sweep, report } = this.#services;
    const { timeout } = this.#settings;
    try {
      const answer = this.#target[which]?.();
      if (!isThenable(answer)) return;
      let stop = (): void => undefined;
      const late = new Promise<void>((_, reject) => {
        if (timeout !== Infinity) {
          stop = sweep.at(clock.now() + timeout, () => reject(tooSlow(this.id, timeout)));
        }
      });
      const answered = await Promise.race([new Promise(resolve => resolve(answer)), late]).finally(() =>
        stop(),
      );
      if (answered instanceof PartlyFailed) throw answered.error;
    } catch (error) {
      report(error, this.#failure(undefined));
      if (which === 'close') this.#target.abandon?.();
    }
  }

  #end(): void {
    this.#dropped += this.#queue.clear() + this.#activeEvents;
    this.#activeEvents = 0;
    this.#state = 'closed';
    for (const stop of this.#deadlines) stop();
    this.#deadlines.clear();
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#services.leave(this);
    this.#settleWaiters();
  }

  #lose(lost: number, event: RunEvent): void {
    this.#dropped += lost;
    const isFirst = !this.#isLosing;
    this.#isLosing = true;
    if (isFirst) this.#services.report(overflowed(this.#settings), this.#failure(event));
  }

  #fail(error: unknown, count: number, event: RunEvent | undefined): void {
    this.#failed += count;
    this.#isFailing = true;
    this.#services.report(error, this.#failure(event));
  }

  #failure(event: RunEvent | undefined): ObserverFailure {
    return { id: this.id, kind: this.kind, ...(event && { event }) };
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
