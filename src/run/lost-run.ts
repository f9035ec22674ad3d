import { SluiceError } from '../errors/sluice-error.ts';
import { resetNotice } from './reader.ts';
import type { Window } from './window.ts';

/** The run is no more: erased, expired, or the store has lost it. Its readers are told `reset`, and no error. */
export function runGone(runId: string): SluiceError {
  return new SluiceError('STORAGE_LOST', `run ${runId}: the store has the run no more.`, {
    runId,
    details: { result: 'lost' },
  });
}

/** Ends what is shown of a run to which nothing can be written any more: as readers of its log are told, if it is gone. */
export function closeLost(window: Window, runId: string, error: SluiceError): void {
  if (error.details?.['result'] === 'lost') window.completeWith(resetNotice(runId, 'gone'));
  else window.error(error);
}
