import { isSluiceError } from '../errors/sluice-error.ts';
import type { BridgedEngine } from './bridge.ts';

/** A question of a run, and where it was asked. */
export interface AskedQuestion {
  readonly askId: string;
  /** The cursor of the question. */
  readonly cursor: string;
  readonly seq: number;
}

/** Finds a question of a run, answered or not. Rejects with `RUN_NOT_FOUND`. */
export async function findQuestion(
  { events }: Pick<BridgedEngine, 'events'>,
  { runId, tenantId, askId }: { readonly runId: string; readonly tenantId: string; readonly askId: string },
): Promise<AskedQuestion | undefined> {
  const found = await events.latestOf(runId, event => event.type === 'ask' && event.data.askId === askId, {
    tenantId,
  });
  return found && { askId, cursor: found.id, seq: found.seq };
}

/**
 * Answers a question that was asked. The same answer again, and one that comes when the question is settled or the run
 * over, changes nothing: the client goes on reading, and sees what became of it. Rejects with `BAD_ANSWER`.
 */
export async function answerQuestion(
  { runs }: Pick<BridgedEngine, 'runs'>,
  {
    runId,
    tenantId,
    askId,
    value,
  }: { readonly runId: string; readonly tenantId: string; readonly askId: string; readonly value: unknown },
): Promise<void> {
  try {
    await runs.answer(runId, askId, { tenantId, value });
  } catch (error) {
    if (!isSluiceError(error, 'ASK_NOT_FOUND') && !isSluiceError(error, 'RUN_ENDED')) throw error;
  }
}
