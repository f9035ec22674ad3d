import { isSluiceError } from '../../errors/sluice-error.ts';
import type { RunStatus } from '../../event/run-event.ts';
import type { BridgedRun, BridgeRequest } from '../bridge.ts';
import { STATES } from './event-table.ts';
import { refuse } from './refusal.ts';
import { listedTask, stateOf, withHistory, type Tasks } from './tasks.ts';
import type { A2aTask, A2aTaskState } from './wire.ts';

/** What a list is asked for. */
export interface ListQuery {
  /** Whether the tenant that the request names is its own. */
  readonly isOwn: boolean;
  readonly contextId?: string | undefined;
  readonly status?: A2aTaskState | 'TASK_STATE_UNSPECIFIED' | '' | undefined;
  readonly pageSize?: number | undefined;
  readonly pageToken?: string | undefined;
  readonly historyLength?: number | undefined;
  /** RFC 3339. */
  readonly statusTimestampAfter?: string | undefined;
  readonly includeArtifacts?: boolean | undefined;
}

/** A page as A2A has it. */
export interface TaskPage {
  readonly tasks: readonly A2aTask[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
  readonly pageSize: number;
  readonly totalSize: number;
}

/** The newest tasks that are looked at: beyond them a list says nothing, and the total is a lower bound. */
const MOST_LISTED = 10_000;
const RUNS_AT_ONCE = 1_000;
const USUAL_PAGE = 50;

/** Where a task stands in a list: behind those with a later status, and among equals by its id. */
interface Place {
  readonly at: string;
  readonly id: string;
}

/**
 * A page of tasks, the one whose status changed last first, as A2A demands it; runs are kept in another order, so all of
 * them are looked at for every page. A task that changes between two pages moves to the front. Rejects with
 * `INVALID_PARAMS` of A2A. Memory: the records of one page, and a thousand in passing.
 */
export async function listedTasks(request: BridgeRequest, kept: Tasks, query: ListQuery): Promise<TaskPage> {
  const { contextId, status, pageSize = USUAL_PAGE, pageToken, statusTimestampAfter } = query;
  const behind = pageToken ? placeIn(pageToken) : undefined;
  const since = statusTimestampAfter ? timeIn(statusTimestampAfter) : -Infinity;
  const wanted = status === 'TASK_STATE_UNSPECIFIED' ? undefined : status || undefined;
  const statuses = wanted && statusesOf(wanted);
  if (!query.isOwn || statuses?.length === 0) return { tasks: [], nextPageToken: '', pageSize, totalSize: 0 };
  const best: BridgedRun[] = [];
  let [totalSize, left] = [0, 0];
  const { engine, tenantId } = request;
  for (let looked = 0, page: string | undefined; looked < MOST_LISTED;) {
    const { runs, next } = await engine.runs.list({
      ...{ tenantId, threadId: contextId || undefined, status: statuses, limit: RUNS_AT_ONCE, page },
    });
    for (const run of runs) {
      if (wanted && stateOf(run) !== wanted) continue;
      const place = placeOf(run);
      if (Date.parse(place.at) < since) continue;
      totalSize++;
      if (behind && compare(place, behind) <= 0) continue;
      left++;
      insert(best, run, pageSize);
    }
    looked += runs.length;
    page = next;
    if (page === undefined) break;
  }
  const tasks = await Promise.all(best.map(run => shownTask(request, kept, { run, query })));
  const last = best.at(-1);
  return {
    tasks: tasks.filter(task => task !== undefined),
    nextPageToken: last && left > best.length ? tokenOf(placeOf(last)) : '',
    ...{ pageSize, totalSize },
  };
}

/** Keeps the first `most` of a list in order. */
function insert(best: BridgedRun[], run: BridgedRun, most: number): void {
  const place = placeOf(run);
  if (best.length === most && compare(place, placeOf(best[most - 1]!)) > 0) return;
  let at = best.length;
  while (at > 0 && compare(place, placeOf(best[at - 1]!)) < 0) at--;
  best.splice(at, 0, run);
  if (best.length > most) best.pop();
}

function placeOf(run: BridgedRun): Place {
  return { at: run.endedAt ?? run.updatedAt, id: run.runId };
}

/** Below zero where `a` comes before `b`. */
function compare(a: Place, b: Place): number {
  if (a.at !== b.at) return a.at > b.at ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id > b.id ? -1 : 1;
}

function tokenOf({ at, id }: Place): string {
  return Buffer.from(`${at} ${id}`).toString('base64url');
}

function placeIn(token: string): Place {
  const [at = '', id, ...rest] = Buffer.from(token, 'base64url').toString().split(' ');
  if (id === undefined || rest.length > 0 || Number.isNaN(Date.parse(at))) {
    throw refuse('INVALID_PARAMS', 'pageToken: expected the nextPageToken of a page. Begin without one.');
  }
  return { at, id };
}

function timeIn(text: string): number {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw refuse('INVALID_PARAMS', 'statusTimestampAfter: expected a time such as 2026-11-20T10:00:00Z.');
}

/** A run may go while the list is made. Its status is that of the list, which is in the order of it. */
async function shownTask(
  { engine }: BridgeRequest,
  kept: Tasks,
  { run, query }: { readonly run: BridgedRun; readonly query: ListQuery },
): Promise<A2aTask | undefined> {
  const { historyLength = 0, includeArtifacts = false } = query;
  const listed = listedTask(run);
  if (historyLength === 0 && !includeArtifacts) return listed;
  try {
    const { artifacts, history, metadata } = (await kept.get(engine, run)).task();
    const task = {
      ...listed,
      ...(includeArtifacts && artifacts && { artifacts }),
      ...(history && { history }),
      ...(metadata && { metadata }),
    };
    return withHistory(task, historyLength);
  } catch (error) {
    if (isSluiceError(error, 'RUN_NOT_FOUND')) return undefined;
    throw error;
  }
}

/** The statuses that runs in a state have. */
function statusesOf(state: A2aTaskState): readonly RunStatus[] {
  if (state === 'TASK_STATE_REJECTED') return ['failed'];
  return (Object.keys(STATES) as RunStatus[]).filter(status => STATES[status] === state);
}
