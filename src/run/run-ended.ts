import { SluiceError } from '../errors/sluice-error.ts';

/** Nothing more can be said in this run. */
export function runEnded(runId: string): SluiceError {
  return new SluiceError('RUN_ENDED', `run ${runId} has ended; nothing more can be written to it.`, {
    runId,
  });
}
