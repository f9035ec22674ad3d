import type { JsonObject } from '../../event/json.ts';
import type { RunStatus } from '../../event/run-event.ts';
import type { BridgedRun } from '../bridge.ts';

/** Where a run of Dockrion is in its life. */
export type DockrionStatus = 'accepted' | 'running' | 'completed' | 'failed' | 'cancelled';

/** Our statuses there. The names are the same; a run that waits for a person has none of its own. */
export const STATUSES: Readonly<Record<RunStatus, DockrionStatus>> = {
  accepted: 'accepted',
  running: 'running',
  waiting: 'running',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** A run as Dockrion tells it. */
export interface DockrionRun {
  readonly run_id: string;
  readonly status: DockrionStatus;
  readonly created_at: string;
  readonly completed_at: string | null;
  readonly output: unknown;
  readonly error: { readonly message: string; readonly code: string; readonly details: null } | null;
  readonly metadata: JsonObject;
}

/** Our record of a run as Dockrion tells it. */
export function toDockrionRun(run: BridgedRun): DockrionRun {
  const { runId, status, createdAt, endedAt, output, error, agent, metadata } = run;
  return {
    ...{ run_id: runId, status: STATUSES[status], created_at: createdAt, completed_at: endedAt ?? null },
    output: output ?? null,
    error: error ? { message: error.message, code: error.code, details: null } : null,
    metadata: { ...(agent !== undefined && { agent }), ...metadata },
  };
}
