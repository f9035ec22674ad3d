import { concatMap, filter, firstValueFrom, from, ReplaySubject, takeUntil } from 'rxjs';
import { isNotice } from '../../event/notice.ts';
import type { BridgeRequest } from '../bridge.ts';
import { isQuestionOpen } from '../is-question-open.ts';

/** Waits, from a position on, until a run has ended, waits for an answer, or is gone, or its client has left. */
export async function settled(
  { engine, tenantId, onDisconnect }: BridgeRequest,
  runId: string,
  after: string,
): Promise<void> {
  const left = new ReplaySubject<void>(1);
  const forget = onDisconnect(() => left.next());
  try {
    await firstValueFrom(
      engine.events(runId, { tenantId, after, filter: 'minimal' }).pipe(
        concatMap(item => {
          if (isNotice(item)) return from([item.notice === 'reset' && item.reason === 'gone']);
          if (item.type !== 'ask') return from([item.final === true]);
          return from(isQuestionOpen(engine, { runId, tenantId, askId: item.data.askId }));
        }),
        filter(isSettled => isSettled),
        takeUntil(left),
      ),
      { defaultValue: undefined },
    );
  } finally {
    forget();
  }
}
