import { filter, firstValueFrom, ReplaySubject, takeUntil } from 'rxjs';
import { SluiceError } from '../../errors/sluice-error.ts';
import { isNotice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import type { BridgeRequest } from '../bridge.ts';

/**
 * Waits for the end of a run, read from a position on; `undefined` if the client leaves before. Rejects with
 * `RUN_NOT_FOUND` if the run goes before it ends.
 */
export async function finalEvent(
  { engine, tenantId, onDisconnect }: BridgeRequest,
  runId: string,
  after: string,
): Promise<RunEvent | undefined> {
  const left = new ReplaySubject<void>(1);
  const forget = onDisconnect(() => left.next());
  try {
    const item = await firstValueFrom(
      engine.events(runId, { tenantId, after, filter: 'minimal' }).pipe(
        filter(found =>
          isNotice(found) ? found.notice === 'reset' && found.reason === 'gone' : found.final === true,
        ),
        takeUntil(left),
      ),
      { defaultValue: undefined },
    );
    if (item && isNotice(item)) throw new SluiceError('RUN_NOT_FOUND', `run ${runId} is gone.`, { runId });
    return item;
  } finally {
    forget();
  }
}
