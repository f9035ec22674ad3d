import { filter, firstValueFrom, ReplaySubject, takeUntil } from 'rxjs';
import { isNotice } from '../../event/notice.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import type { RunEvent } from '../../event/run-event.ts';
import type { Exchange } from '../exchange.ts';
import { problemReply } from '../problem.ts';
import { feedReply, jsonReply, type Reply } from '../reply.ts';
import { runUrl } from '../run-view.ts';
import { checkView, openRunFeed } from './run-events.ts';
import { startRun } from './start-run.ts';

/** Starts a run and answers when it has ended. */
export async function invoke(exchange: Exchange): Promise<Reply> {
  const run = await startRun(exchange);
  const final = await finalEvent(exchange, run.id, run.onDisconnect);
  const headers = { location: runUrl(run.id, exchange.settings.basePath) };
  return final ? outcomeReply(final, headers) : problemReply(LEFT);
}

/** Starts a run and streams it on the same connection. */
export async function invokeStream(exchange: Exchange): Promise<Reply> {
  checkView(exchange);
  const run = await startRun(exchange);
  const { feed } = await openRunFeed(exchange, run.id, 'start');
  const headers = { location: runUrl(run.id, exchange.settings.basePath) };
  return feedReply(feed, { headers, onDisconnect: run.onDisconnect });
}

/** Nobody reads it. */
const LEFT = { status: 499, code: 'BAD_REQUEST', title: 'The client left.', detail: 'The client left.' };

async function finalEvent(
  { engine, request, tenantId }: Exchange,
  runId: string,
  onDisconnect: (() => void) | undefined,
): Promise<RunEvent | undefined> {
  const left = new ReplaySubject<void>(1);
  const forget = request.onDisconnect(() => {
    left.next();
    onDisconnect?.();
  });
  try {
    // As everybody sees it: what the run returned to its process may hold secrets, its last event does not.
    const item = await firstValueFrom(
      engine.events(runId, { tenantId, filter: 'minimal' }).pipe(
        filter(found => (isNotice(found) ? found.notice === 'reset' : found.final === true)),
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

function outcomeReply(final: RunEvent, headers: Readonly<Record<string, string>>): Reply {
  const { runId } = final;
  switch (final.type) {
    case 'complete': {
      const { output, ...metadata } = final.data;
      return jsonReply(200, { runId, status: 'completed', output: output ?? null, metadata }, headers);
    }
    case 'cancelled': {
      const { reason } = final.data;
      const detail = `run ${runId} was cancelled${reason === undefined ? '' : `: ${reason}`}`;
      return problemReply(
        { status: 409, code: 'RUN_CANCELLED', title: 'The run was cancelled.', detail, runId },
        headers,
      );
    }
    default: {
      const { code, message } =
        final.type === 'error' ? final.data : { code: 'INTERNAL', message: final.type };
      const title = 'The agent of the run failed.';
      return problemReply({ status: 500, code, title, detail: message, runId }, headers);
    }
  }
}
