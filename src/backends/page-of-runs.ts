import type { RunPage, RunQuery, RunRecord } from './backend.ts';
import { formatPage, parsePage } from './page-position.ts';
import type { StoredEvents, StoredRun } from './stored-run.ts';
import type { TenantRuns } from './tenant-runs.ts';

/** A page of a tenant's runs, newest first. Throws `BAD_REQUEST` for a `page` that is none of ours. */
export function pageOfRuns<Events extends StoredEvents>(
  ofTenant: TenantRuns<Events> | undefined,
  query: RunQuery,
): RunPage {
  const before = parsePage(query.page);
  const runs: RunRecord[] = [];
  let last: StoredRun<Events> | undefined;
  for (const run of ofTenant?.newestBefore(before) ?? []) {
    if (!recordMatches(run.record, query)) continue;
    if (runs.length === query.limit) return { runs, next: last && formatPage(last.position) };
    runs.push(run.record);
    last = run;
  }
  return { runs };
}

/** Whether a record is among those that a query asks for. */
export function recordMatches(
  record: RunRecord,
  { status, threadId, agent, parentId, labels }: RunQuery,
): boolean {
  return (
    (status === undefined || status.includes(record.status)) &&
    (threadId === undefined || record.threadId === threadId) &&
    (agent === undefined || record.agent === agent) &&
    (parentId === undefined || record.parentId === parentId) &&
    (labels === undefined || Object.entries(labels).every(([name, value]) => record.labels?.[name] === value))
  );
}
