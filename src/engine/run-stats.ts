import type { RunPage } from '../backends/backend.ts';
import { RUN_STATUSES } from '../event/schemas.ts';
import type { RunStatus } from '../event/run-event.ts';

/** How many runs there are. */
export interface RunStats {
  readonly total: number;
  readonly byStatus: Readonly<Record<RunStatus, number>>;
}

/** Goes through all pages. A run that is created, changed or removed meanwhile is counted as before or as after. */
export async function countRuns(list: (page: string | undefined) => Promise<RunPage>): Promise<RunStats> {
  const byStatus = Object.fromEntries(RUN_STATUSES.map(status => [status, 0])) as Record<RunStatus, number>;
  let total = 0;
  let page: string | undefined;
  do {
    const { runs, next } = await list(page);
    for (const { status } of runs) byStatus[status]++;
    total += runs.length;
    page = next;
  } while (page !== undefined);
  return { total, byStatus };
}
