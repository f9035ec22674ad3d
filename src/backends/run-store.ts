import { SluiceError } from '../errors/sluice-error.ts';
import type { Clock } from '../time/clock.ts';
import { Sweep } from '../time/sweep.ts';
import {
  runKey,
  type CreateResult,
  type Idempotency,
  type RunKey,
  type RunNews,
  type RunRecord,
} from './backend.ts';
import { Listeners } from './listeners.ts';
import { StoredRun, type StoredEvents } from './stored-run.ts';
import { TenantRuns } from './tenant-runs.ts';

/** What a store of runs is made for. */
export interface RunStoreHost<Events extends StoredEvents> {
  readonly clock: Clock;
  /** Of the backend, for its errors. */
  readonly name: string;
  /** The log of a run that was created. */
  readonly events: (record: RunRecord) => Events;
  /** A run is gone, erased or expired. */
  readonly removed?: (run: StoredRun<Events>) => void;
}

/**
 * The runs that the log and the directory of a backend share which one process has to itself: how they come, live on
 * and go.
 */
export class RunStore<Events extends StoredEvents> {
  readonly clock: Clock;
  readonly news = new Listeners<RunNews>();
  readonly #host: RunStoreHost<Events>;
  readonly #sweep: Sweep;
  readonly #runs = new Map<RunKey, StoredRun<Events>>();
  readonly #tenants = new Map<string, TenantRuns<Events>>();
  readonly #repeats = new Map<string, StoredRun<Events>>();
  // Bells of runs that do not exist, or not any more: a run that is created under the key takes its bell over.
  readonly #waiting = new Map<RunKey, Listeners>();
  #closed = false;

  constructor(host: RunStoreHost<Events>) {
    this.clock = host.clock;
    this.#host = host;
    this.#sweep = new Sweep(host.clock);
  }

  /** The run, if there is one. Throws `STORAGE_LOST` after {@link close}. */
  find(key: RunKey): StoredRun<Events> | undefined {
    // A closed store is empty, so that the check costs nothing where a run is found.
    return this.#runs.get(key) ?? this.#checkOpen();
  }

  ofTenant(tenantId: string): TenantRuns<Events> | undefined {
    return this.#tenants.get(tenantId) ?? this.#checkOpen();
  }

  create(record: RunRecord, idempotency: Idempotency | undefined): CreateResult {
    this.#checkOpen();
    const earlier = idempotency && this.#repeats.get(repeatKey(record.tenantId, idempotency));
    if (earlier) {
      const same = earlier.idempotency!.fingerprint === idempotency.fingerprint;
      return same ? { result: 'repeated', record: earlier.record } : { result: 'conflict' };
    }
    const key = runKey(record.tenantId, record.runId);
    if (this.#runs.has(key)) return { result: 'exists' };
    this.#add(key, record, idempotency, this.clock.now());
    this.news.tell({ news: 'created', record });
    return { result: 'created', record };
  }

  /** Takes in a run of a former process. It was last touched when its record says so. */
  restore(record: RunRecord, idempotency: Idempotency | undefined): StoredRun<Events> {
    const key = runKey(record.tenantId, record.runId);
    return this.#add(key, record, idempotency, Date.parse(record.updatedAt));
  }

  /** All runs, of each tenant in the order of their creation. */
  all(): Iterable<StoredRun<Events>> {
    return this.#runs.values();
  }

  /** Something happened to the run: it lives `ttl` milliseconds longer. */
  touch(key: RunKey, run: StoredRun<Events>, at?: number): void {
    if (run.live) return;
    run.touched = at ?? this.clock.now();
    run.stopExpiry ??= this.#sweep.at(run.touched + run.record.ttl, () => this.#expire(key, run));
  }

  remove(key: RunKey): boolean {
    const run = this.find(key);
    if (!run) return false;
    const { runId, tenantId } = run.record;
    run.stopExpiry?.();
    this.#runs.delete(key);
    if (run.idempotency) this.#repeats.delete(repeatKey(tenantId, run.idempotency));
    const siblings = this.#tenants.get(tenantId)!;
    siblings.remove(run);
    if (siblings.size === 0) this.#tenants.delete(tenantId);
    if (run.bell && !run.bell.empty) this.#waiting.set(key, run.bell);
    this.#host.removed?.(run);
    this.news.tell({ news: 'removed', runId, tenantId });
    run.bell?.tell();
    return true;
  }

  watch(key: RunKey, ring: () => void): () => void {
    const run = this.find(key);
    const bell = run?.bell ?? this.#waiting.get(key) ?? new Listeners();
    if (run) run.bell = bell;
    else this.#waiting.set(key, bell);
    const leave = bell.add(ring);
    return () => {
      leave();
      if (bell.empty && this.#waiting.get(key) === bell) this.#waiting.delete(key);
    };
  }

  watchNews(tell: (news: RunNews) => void): () => void {
    this.#checkOpen();
    return this.news.add(tell);
  }

  close(): void {
    this.#closed = true;
    this.#sweep.close();
    this.#runs.clear();
    this.#tenants.clear();
    this.#repeats.clear();
    this.#waiting.clear();
  }

  #add(key: RunKey, record: RunRecord, idempotency: Idempotency | undefined, at: number): StoredRun<Events> {
    let siblings = this.#tenants.get(record.tenantId);
    if (!siblings) this.#tenants.set(record.tenantId, (siblings = new TenantRuns<Events>()));
    const run = new StoredRun(record, idempotency, this.#host.events(record));
    siblings.add(run);
    this.#runs.set(key, run);
    if (idempotency) this.#repeats.set(repeatKey(record.tenantId, idempotency), run);
    run.bell = this.#waiting.get(key);
    this.#waiting.delete(key);
    this.touch(key, run, at);
    return run;
  }

  // Activity only notes its time; the deadline that was set first finds out how much is left.
  #expire(key: RunKey, run: StoredRun<Events>): void {
    run.stopExpiry = undefined;
    if (run.live) return;
    const due = run.touched + run.record.ttl;
    if (due > this.clock.now()) run.stopExpiry = this.#sweep.at(due, () => this.#expire(key, run));
    else this.remove(key);
  }

  #checkOpen(): undefined {
    if (!this.#closed) return undefined;
    throw new SluiceError(
      'STORAGE_LOST',
      `${this.#host.name} backend: expected to be open, got a call after close(). Create another one.`,
    );
  }
}

// Ids have no slash, so that the tenant's part is told from the key's.
function repeatKey(tenantId: string, { key }: Idempotency): string {
  return `${tenantId}/${key}`;
}
