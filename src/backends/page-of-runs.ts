import { SluiceError } from '../errors/sluice-error.ts';
import type { RunPage, RunQuery, RunRecord } from './backend.ts';
import type { StoredEvents } from './stored-run.ts';
import type { TenantRuns } from './tenant-runs.ts';

const PAGE = /^[1-9][0-9]{0,15}$/;

/** A page of a tenant's runs, newest first. Throws `BAD_REQUEST` for a `page` that is none of ours. */
export function pageOfRuns<Events extends StoredEvents>(
  ofTenant: TenantRuns<Events> | undefined,
  query: RunQuery,
): RunPage {
  const before = orderOf(query.page);
  const runs: RunRecord[] = [];
  let last = 0;
  for (const { record, order } of ofTenant?.newestBefore(before) ?? []) {
    if (!recordMatches(record, query)) continue;
    if (runs.length === query.limit) return { runs, next: String(last) };
    runs.push(record);
    last = order;
  }
  return { runs };
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
