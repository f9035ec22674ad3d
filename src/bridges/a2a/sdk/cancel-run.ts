import { filter, firstValueFrom, Observable, takeUntil } from 'rxjs';
import { isSluiceError } from '../../../errors/sluice-error.ts';
import { isNotice } from '../../../event/notice.ts';
import { systemClock } from '../../../time/clock.ts';
import { Sweep } from '../../../time/sweep.ts';
import type { TaskEngine } from './sdk-types.ts';

/** Which task, and from where on its end is looked for. */
interface CancelledRun {
  readonly runId: string;
  readonly tenantId: string;
  readonly after: string;
}

/** Milliseconds in which whoever works on the task can end it; then it is ended for it. */
const LONGEST_WAIT = 5_000;
const SWEEP = new Sweep(systemClock);

/** Asks a task to stop whose agent is elsewhere, and waits for its end. Rejects with `STORAGE_LOST`. */
export async function cancelRun(engine: TaskEngine, { runId, tenantId, after }: CancelledRun): Promise<void> {
  try {
    await engine.runs.cancel(runId, { tenantId });
  } catch (error) {
    if (!isSluiceError(error, 'RUN_ENDED')) throw error;
    return;
  }
  const over = new Observable<void>(subscriber =>
    SWEEP.at(systemClock.now() + LONGEST_WAIT, () => subscriber.next()),
  );
  const ended = engine
    .events(runId, { tenantId, after, filter: 'minimal' })
    .pipe(filter(item => !isNotice(item) && item.final === true));
  await firstValueFrom(ended.pipe(takeUntil(over)), { defaultValue: undefined });
}
