import { SluiceError } from '../../errors/sluice-error.ts';
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
import type { RunStore } from './run-store.ts';

const PAGE = /^[1-9][0-9]{0,15}$/;

/** The records of all runs; every answer comes at once, and watchers are told before it. */
export class MemoryDirectory implements Directory {
  readonly #store: RunStore;

  constructor(store: RunStore) {
    this.#store = store;
  }

  create(record: RunRecord, idempotency?: Idempotency): CreateResult {
    return this.#store.create(record, idempotency);
  }

  get(key: RunKey): RunRecord | undefined {
    return this.#store.find(key)?.record;
  }

  list(query: RunQuery): RunPage {
    const before = orderOf(query.page);
    const runs: RunRecord[] = [];
    let last = 0;
    for (const { record, order } of this.#store.ofTenant(query.tenantId)?.newestBefore(before) ?? []) {
      if (!matches(record, query)) continue;
      if (runs.length === query.limit) return { runs, next: String(last) };
      runs.push(record);
      last = order;
    }
    return { runs };
  }

  update(key: RunKey, change: RunChange): RunRecord | undefined {
    const run = this.#store.find(key);
    if (!run) return undefined;
    const record = changed(run.record, change, isoTime(this.#store.clock.now()));
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

// Every run is changed twice at least. Spreading grows an object property by property, which costs four times the
// memory and time of a literal.
function changed(record: RunRecord, change: RunChange, updatedAt: string): RunRecord {
  return {
    runId: record.runId,
    tenantId: record.tenantId,
    epoch: record.epoch,
    agent: record.agent,
    threadId: record.threadId,
    parentId: record.parentId,
    labels: record.labels,
    status: change.status ?? record.status,
    createdAt: record.createdAt,
    updatedAt,
    endedAt: 'endedAt' in change ? change.endedAt : record.endedAt,
    error: 'error' in change ? change.error : record.error,
    reason: 'reason' in change ? change.reason : record.reason,
    output: 'output' in change ? change.output : record.output,
    input: record.input,
    metadata: record.metadata,
    ttl: record.ttl,
    keep: record.keep,
    owner: 'owner' in change ? change.owner : record.owner,
  } satisfies { [Field in keyof Required<RunRecord>]: RunRecord[Field] };
}

function orderOf(page: string | undefined): number {
  if (page === undefined) return Infinity;
  if (PAGE.test(page)) return Number(page);
  throw new SluiceError(
    'BAD_REQUEST',
    `page: expected the "next" of a former page, got ${JSON.stringify(page.slice(0, 50))}. ` +
      'Pass it unchanged, or leave it out to begin with the newest run.',
  );
}

function matches(record: RunRecord, { status, threadId, agent, parentId, labels }: RunQuery): boolean {
  return (
    (status === undefined || status.includes(record.status)) &&
    (threadId === undefined || record.threadId === threadId) &&
    (agent === undefined || record.agent === agent) &&
    (parentId === undefined || record.parentId === parentId) &&
    (labels === undefined || Object.entries(labels).every(([name, value]) => record.labels?.[name] === value))
  );
}
