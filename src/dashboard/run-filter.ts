import type { RunListQuery } from '../client/index.ts';
import type { RunStatus } from '../event/run-event.ts';
import type { RunView } from '../http/run-view.ts';
import { nameOf } from './run-name.ts';
import { STATUS_WORDS } from './words.ts';

/** Which runs somebody wants to see. What the server can tell apart it is asked for; `text` is looked for here. */
export interface RunFilter {
  readonly status: readonly RunStatus[];
  readonly agent?: string | undefined;
  readonly threadId?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
}

export const NO_FILTER: RunFilter = { status: [], labels: {}, text: '' };

/** What the server is asked for. */
export function queryOf({ status, agent, threadId, labels }: RunFilter): RunListQuery {
  return {
    ...(status.length > 0 && { status }),
    ...(agent !== undefined && { agent }),
    ...(threadId !== undefined && { threadId }),
    ...(Object.keys(labels).length > 0 && { labels }),
  };
}

/** Whether the server leaves out runs. */
export function isNarrowed(filter: RunFilter): boolean {
  return Object.keys(queryOf(filter)).length > 0;
}

/** Whether a run is one that somebody looks for; words in any order, over everything the list shows. */
export function isWanted(run: RunView, wanted: string): boolean {
  const labels = Object.entries(run.labels ?? {}).map(pair => pair.join('='));
  const text = [nameOf(run), run.runId, run.threadId, run.status, STATUS_WORDS[run.status], ...labels]
    .join(' ')
    .toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}
