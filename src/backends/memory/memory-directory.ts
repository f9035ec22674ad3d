import { isoTime } from '../../time/iso-time.ts';
import type {
  CreateResult,
  Directory,
  Idempotency,
  RunChange,
  RunKey,
  RunNews,
  RunPage,
  RunQuery,
  RunRecord,
} from '../backend.ts';
import { changedRecord, takesChange } from '../changed-record.ts';
import { pageOfRuns } from '../page-of-runs.ts';
import type { RunStore } from '../run-store.ts';
import type { EventLog } from './event-log.ts';

/** The records of all runs; every answer comes at once, and watchers are told before it. */
export class MemoryDirectory implements Directory {
  readonly #store: RunStore<EventLog>;

  constructor(store: RunStore<EventLog>) {
    this.#store = store;
  }

  create(record: RunRecord, idempotency?: Idempotency): CreateResult {
    return this.#store.create(record, idempotency);
  }

  get(key: RunKey): RunRecord | undefined {
    return this.#store.find(key)?.record;
  }

  list(query: RunQuery): RunPage {
    return pageOfRuns(this.#store.ofTenant(query.tenantId), query);
  }

  update(key: RunKey, change: RunChange): RunRecord | undefined {
    const run = this.#store.find(key);
    if (!run) return undefined;
    if (!takesChange(run.record, change)) return run.record;
    const record = changedRecord(run.record, change, isoTime(this.#store.clock.now()));
    run.record = record;
    this.#store.touch(key, run);
    this.#store.news.tell({ news: 'changed', record });
    return record;
  }

  delete(key: RunKey): boolean {
    return this.#store.remove(key);
  }

  watch(tell: (news: RunNews) => void): () => void {
    return this.#store.watchNews(tell);
  }
}
