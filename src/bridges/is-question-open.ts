import { isSluiceError } from '../errors/sluice-error.ts';
import type { BridgedEngine } from './bridge.ts';

/** Whether a run waits for an answer to a question that it asked; no if the run is gone. Rejects with `STORAGE_LOST`. */
export async function isQuestionOpen(
  { runs, events }: Pick<BridgedEngine, 'runs' | 'events'>,
  { runId, tenantId, askId }: { readonly runId: string; readonly tenantId: string; readonly askId: string },
): Promise<boolean> {
  try {
    const { endedAt } = await runs.get(runId, { tenantId });
    if (endedAt !== undefined) return false;
    // From the end. The record may be behind its events, and a question that nobody answered in time has no answer, but
    // the run goes on.
    const found = await events.latestOf(
      runId,
      ({ type, data }) =>
        type === 'status' ? data.status === 'running' : isAbout(type, data as { askId?: unknown }, askId),
      { tenantId },
    );
    return found?.type === 'ask';
  } catch (error) {
    if (isSluiceError(error, 'RUN_NOT_FOUND')) return false;
    throw error;
  }
}

function isAbout(type: string, data: { readonly askId?: unknown }, askId: string): boolean {
  return (type === 'ask' || type === 'answer') && data.askId === askId;
}
