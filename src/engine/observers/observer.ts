import type { RunEvent } from '../../event/run-event.ts';

/**
 * Sees events and cannot influence anything: what it throws or rejects with is counted and told to
 * `onObserverError`. Called after the call that emitted, in the order of each run; the next event of a run waits for
 * the promise it gives back.
 */
export type Observer = (event: RunEvent) => unknown;

/** What an observer that is an object may have besides. */
export interface ObserverEnds {
  /** Called and waited for by `Observation.flush` and `close`, when everything before was handed over. */
  flush?(): unknown;
  /** Called once, when nothing more will come. */
  close?(): unknown;
}

/** An observer with an end: it is told when nothing more will come. */
export interface ObserverObject extends ObserverEnds {
  next(event: RunEvent): unknown;
}

/** Sees events in groups of up to `maxBatch`: the same events in the same order, and fewer calls. */
export interface BatchObserver extends ObserverEnds {
  batch(events: readonly RunEvent[]): unknown;
}

/**
 * An observer in a thread of its own, for work that would hold up the event loop. The module exports
 * `observe(event)` or `batch(events)`, and `flush()` and `close()` if it likes.
 */
export interface WorkerObserver {
  /** The module: `new URL('./my-observer.js', import.meta.url)`. */
  readonly worker: URL;
  /** Given to the module as `workerData`; what structured clone can copy. */
  readonly data?: unknown;
}

/** Whatever can observe. */
export type AnyObserver = Observer | ObserverObject | BatchObserver | WorkerObserver;

/** What went wrong where. */
export interface ObserverFailure {
  readonly id: string;
  readonly kind: string | undefined;
  /** The event it was about; the first of them where it was a group. Absent where it was about none. */
  readonly event?: RunEvent;
}

/**
 * Told what an observer threw (`error` as it was thrown), that it took too long (`OBSERVER_TIMEOUT`), or that events
 * are being dropped because too many wait (`BUFFER_OVERFLOW`, once until it has caught up). What it throws is dropped.
 */
export type ObserverErrorListener = (error: unknown, failure: ObserverFailure) => void;

/**
 * How an observer is doing: `slow` while events were dropped or more than half of what may wait waits, `failing`
 * after its last call failed or took too long, `closed` when it gets nothing more.
 */
export type ObserverHealth = 'ok' | 'slow' | 'failing' | 'closed';

/** What became of what an observer was to see. */
export interface ObservationEnd {
  /** Events that were not handed over. */
  readonly left: number;
}

/** A registered observer. `seen` is always the sum of the other counts and `waiting`. */
export interface Observation {
  readonly id: string;
  readonly kind: string | undefined;
  /** Events that were for it: of its types and its tenant. */
  readonly seen: number;
  /** Events it is done with. */
  readonly delivered: number;
  /** Events it threw or rejected over; in a group that failed all of them. */
  readonly failed: number;
  /** Events it did not finish with in time. */
  readonly timedOut: number;
  /** Events it was never shown: too many waited, or it left. */
  readonly dropped: number;
  /** Events it is yet to be done with. */
  readonly waiting: number;
  /** Crashes of its worker. */
  readonly restarts: number;
  readonly health: ObserverHealth;
  /** Ends it at once; what waits is dropped. */
  unsubscribe(): void;
  /** Resolves when it is done with everything that was committed before. Never rejects. */
  flush(): Promise<void>;
  /** Ends it when it is done with what was committed before, or when `timeout` ms have passed (default 5 s). */
  close(options?: { readonly timeout?: number | undefined }): Promise<ObservationEnd>;
}
