import { isoTime } from '../../time/iso-time.ts';
import {
  runKey,
  type CreateResult,
  type Directory,
  type Idempotency,
  type RunChange,
  type RunKey,
  type RunNews,
  type RunPage,
  type RunQuery,
  type RunRecord,
} from '../backend.ts';
import { changedRecord, takesChange } from '../changed-record.ts';
import { pageOfRuns } from '../page-of-runs.ts';
import type { RunStore } from '../run-store.ts';
import type { RunFile } from './run-file.ts';
import type { RunJournal } from './run-journal.ts';

/**
 * The records of all runs, in memory and in the journal. A change is told and seen at once, and acknowledged when it
 * is written.
 */
export class FileDirectory implements Directory {
  readonly #store: RunStore<RunFile>;
  readonly #journal: RunJournal;

  readonly #unfinished: readonly RunRecord[];

  constructor(store: RunStore<RunFile>, journal: RunJournal, unfinished: readonly RunRecord[]) {
    this.#store = store;
    this.#journal = journal;
    this.#unfinished = unfinished;
  }

  async create(record: RunRecord, idempotency?: Idempotency): Promise<CreateResult> {
    const answer = this.#store.create(record, idempotency);
    if (answer.result !== 'created') return answer;
    try {
      await this.#journal.add({ put: record, idempotency });
    } catch (error) {
      this.#store.remove(runKey(record.tenantId, record.runId));
      throw error;
    }
    return answer;
  }

  get(key: RunKey): RunRecord | undefined {
    return this.#store.find(key)?.record;
  }

  list(query: RunQuery): RunPage {
    return pageOfRuns(this.#store.ofTenant(query.tenantId), query);
  }

  async update(key: RunKey, change: RunChange): Promise<RunRecord | undefined> {
    const run = this.#store.find(key);
    if (!run) return undefined;
    if (!takesChange(run.record, change)) return run.record;
    const record = changedRecord(run.record, change, isoTime(this.#store.clock.now()));
    run.record = record;
    this.#store.touch(key, run);
    this.#store.news.tell({ news: 'changed', record });
    await this.#journal.add({ put: record, idempotency: run.idempotency });
    return record;
  }

  unfinished(): readonly RunRecord[] {
    return this.#unfinished;
  }

  async delete(key: RunKey): Promise<boolean> {
    if (!this.#store.remove(key)) return false;
    // The store has written down that it went.
    await this.#journal.written();
    return true;
  }

  watch(tell: (news: RunNews) => void): () => void {
    return this.#store.watchNews(tell);
  }
}
