import type { RunChange, RunRecord } from './backend.ts';

/** Statuses that nothing follows: a change to another one comes from an owner who knows less than the record. */
const ENDED: ReadonlySet<RunRecord['status']> = new Set(['completed', 'failed', 'cancelled']);

export function hasEnded({ status }: Pick<RunRecord, 'status'>): boolean {
  return ENDED.has(status);
}

/** Whether a record takes a change: one that has ended keeps its status, and all that would come with another one. */
export function takesChange({ status }: Pick<RunRecord, 'status'>, change: RunChange): boolean {
  return change.status === undefined || change.status === status || !ENDED.has(status);
}

/** A record after a change. */
// Every run is changed twice at least. Spreading grows an object property by property, which costs four times the
// memory and time of a literal.
export function changedRecord(record: RunRecord, change: RunChange, updatedAt: string): RunRecord {
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
    startedAt: record.startedAt,
    endedAt: 'endedAt' in change ? change.endedAt : record.endedAt,
    error: 'error' in change ? change.error : record.error,
    reason: 'reason' in change ? change.reason : record.reason,
    output: 'output' in change ? change.output : record.output,
    input: record.input,
    metadata: record.metadata,
    ttl: record.ttl,
    keep: record.keep,
    owner: 'owner' in change ? change.owner : record.owner,
    rules: record.rules,
  } satisfies { [Field in keyof Required<RunRecord>]: RunRecord[Field] };
}
