import type { Idempotency, RunRecord } from './backend.ts';
import type { Listeners } from './listeners.ts';
import type { PagePosition } from './page-position.ts';

const LIVE: ReadonlySet<RunRecord['status']> = new Set(['accepted', 'running', 'waiting']);

/** A log, as far as the store of runs must know it. */
export interface StoredEvents {
  /** The log has its final event. */
  readonly closed: boolean;
}

/** One run in a store that one process has to itself. */
export class StoredRun<Events extends StoredEvents = StoredEvents> {
  #record: RunRecord;
  #owned: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly idempotency: Idempotency | undefined;
  readonly events: Events;
  /** Who watches its log, once somebody does. */
  bell: Listeners | undefined;
  /** When it was last created, appended to or updated; kept only for a run that may expire. */
  touched = 0;
  /** Takes back its expiry, if one is set. */
  stopExpiry: (() => void) | undefined;

  constructor(record: RunRecord, idempotency: Idempotency | undefined, events: Events) {
    this.#record = record;
    this.#owned = LIVE.has(record.status);
    this.createdAt = Date.parse(record.createdAt);
    this.idempotency = idempotency;
    this.events = events;
  }

  get record(): RunRecord {
    return this.#record;
  }

  set record(record: RunRecord) {
    this.#record = record;
    this.#owned = LIVE.has(record.status);
  }

  /** Its place among the runs of its tenant. */
  get position(): PagePosition {
    return { createdAt: this.createdAt, runId: this.#record.runId };
  }

  /** Somebody works on it, so it does not expire. */
  get live(): boolean {
    return this.#owned && !this.events.closed;
  }
}
