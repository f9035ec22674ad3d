import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import type { Outcome } from '../event/proposal.ts';
import { keyDigest, type AppendKeys, type Told } from './append-keys.ts';
import type { Appended, AppendEvent } from './append-event.ts';
import { runEnded } from './run-ended.ts';

/** How a run stands when a batch is answered. */
export type RunStand = Pick<Appended, 'cursor' | 'cancelRequested'>;

/** What a batch is answered, by what became of its events. Throws `RUN_ENDED` if none of them was taken. */
export function answerOf(runId: string, outcomes: readonly Outcome[], stand: RunStand): Appended {
  const open = outcomes.findIndex(({ outcome }) => outcome === 'ended');
  const done = open < 0 ? outcomes : outcomes.slice(0, open);
  if (done.length === 0 && outcomes[0]?.outcome === 'ended') throw runEnded(runId);
  let first: Stored | undefined;
  let last: Stored | undefined;
  for (const outcome of done) {
    if (outcome.outcome !== 'stored') continue;
    if (!first || outcome.seq < first.seq) first = outcome;
    if (!last || outcome.seq > last.seq) last = outcome;
  }
  return {
    accepted: done.length,
    ...(first && last && { first: first.seq, last: last.seq }),
    ...stand,
    ...(last && { cursor: last.cursor }),
  };
}

/** What a batch is answered behind the end: like the first time. Rejects with `RUN_ENDED` if there was none. */
export async function repeatedAnswer(
  runId: string,
  batch: readonly AppendEvent[],
  { keys, stand }: { readonly keys: AppendKeys; readonly stand: RunStand },
): Promise<Appended> {
  if (batch.length === 0) throw runEnded(runId);
  const told = batch.map((event, index) => {
    const key: unknown = (event as AppendEvent | null)?.key;
    const known = typeof key === 'string' ? keys.get(keyDigest(key)) : undefined;
    if (!known) throw atIndex(runEnded(runId), index);
    return known;
  });
  return answerOf(runId, await allOf(told), stand);
}

/** Resolves when all of them are known. */
export async function allOf(told: readonly Told[]): Promise<Outcome[]> {
  return Promise.all(told.map(async outcome => outcome));
}

/** The same error, which also says which event of the batch it is about. */
export function atIndex(error: unknown, index: number): unknown {
  if (!isSluiceError(error)) return error;
  const { code, message, runId, details } = error;
  return new SluiceError(code, `events[${index}]: ${message}`, {
    runId,
    cause: error,
    details: { ...details, index },
  });
}

type Stored = Extract<Outcome, { outcome: 'stored' }>;
