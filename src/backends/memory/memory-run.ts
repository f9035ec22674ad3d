import type { Idempotency, RunRecord } from '../backend.ts';
import { EventLog } from './event-log.ts';
import type { Listeners } from './listeners.ts';

const LIVE: ReadonlySet<RunRecord['status']> = new Set(['accepted', 'running', 'waiting']);

/** All that is kept of one run. */
export class MemoryRun {
  #record: RunRecord;
  #owned: boolean;
  /** Its place in the order of creation among the runs of its tenant. */
  readonly order: number;
  readonly idempotency: Idempotency | undefined;
  readonly events: EventLog;
  /** Who watches its log, once somebody does. */
  bell: Listeners | undefined;
  /** When it was last created, appended to or updated; kept only for a run that may expire. */
  touched = 0;
  /** Takes back its expiry, if one is set. */
  stopExpiry: (() => void) | undefined;

  constructor(record: RunRecord, order: number, idempotency: Idempotency | undefined) {
    this.#record = record;
    this.#owned = LIVE.has(record.status);
    this.order = order;
    this.idempotency = idempotency;
    this.events = new EventLog(record);
  }

  get record(): RunRecord {
    return this.#record;
  }

  set record(record: RunRecord) {
    this.#record = record;
    this.#owned = LIVE.has(record.status);
  }

  /** Somebody works on it, so it does not expire. */
  get live(): boolean {
    return this.#owned && !this.events.closed;
  }
}
