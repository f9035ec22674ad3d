import type { Command, CommandOutcome, Commands, RunKey } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { readStorage } from '../run/read-storage.ts';
import type { Clock } from '../time/clock.ts';
import { newId } from '../time/new-id.ts';

/** Milliseconds for which an answer waits for what the owner of its run says, and between two looks for that. */
const PATIENCE = 5_000;
const LOOK_EVERY = 50;
/** Looks after the end of a run: what is said to its last answer may be on its way. */
const LAST_LOOKS = 5;

/** Where answers to runs of other processes go. */
export interface AnswerRoute {
  readonly commands: Commands;
  readonly clock: Clock;
  /** The command is stored: somebody may have to be found who takes it. */
  readonly stored: () => Promise<unknown>;
}

/**
 * Sends an answer to the process that has the run, and waits for what that one says: five seconds at the most. Resolves
 * with `ended` where the run has its end and nobody said anything. Rejects with `RUN_NOT_FOUND`, `COMMANDS_FULL`,
 * `STORAGE_LOST`, and with `OWNER_SILENT`, after which the answer is still there for whoever takes it.
 */
export async function sendAnswer(
  { commands, clock, stored }: AnswerRoute,
  { key, runId, command }: { readonly key: RunKey; readonly runId: string; readonly command: Command },
): Promise<CommandOutcome | 'ended'> {
  const id = newId();
  await readStorage(`run ${runId}`, () => commands.send(key, command, id));
  const deadline = clock.now() + PATIENCE;
  await stored();
  for (let looksAfterEnd = 0, failure: SluiceError | undefined; ;) {
    try {
      const outcome = await readStorage(`run ${runId}`, () => commands.outcome(key, id));
      failure = undefined;
      if (outcome === 'ended' && ++looksAfterEnd > LAST_LOOKS) return outcome;
      if (outcome !== undefined && outcome !== 'ended') return outcome;
    } catch (error) {
      failure = error as SluiceError;
    }
    if (clock.now() >= deadline) throw failure ?? ownerSilent(runId);
    await new Promise<void>(resolve => clock.alarm(LOOK_EVERY, resolve, false));
  }
}

function ownerSilent(runId: string): SluiceError {
  const message =
    `run ${runId}: expected its process to say within ${PATIENCE} ms what became of the answer, got nothing. ` +
    'It may still count: look for the answer event, or send it again with the same idempotencyKey.';
  return new SluiceError('OWNER_SILENT', message, { runId });
}
