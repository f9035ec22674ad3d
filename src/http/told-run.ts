import type { BridgeTelling } from '../bridges/bridge.ts';
import { isQuestionOpen } from '../bridges/is-question-open.ts';
import { ToldFeed } from '../bridges/sse/told-feed.ts';
import { tellerPlace } from '../bridges/teller.ts';
import type { Exchange } from './exchange.ts';

/**
 * A run in the words of another system; `undefined` behind its end. Rejects with `RUN_NOT_FOUND`, `BAD_CURSOR`,
 * `BAD_FILTER` and `STORAGE_LOST` before anything is held.
 */
export async function openTelling(
  { engine, tenantId }: Exchange,
  { runId, after: place, filter, teller }: BridgeTelling['telling'],
): Promise<ToldFeed | undefined> {
  const named = tellerPlace(place);
  const { part } = named;
  const after = named.after === 'now' ? (await engine.events.tip(runId, { tenantId })).cursor : named.after;
  const read = (from: string) => engine.events.read(runId, { after: from, filter, tenantId });
  const reader = await read(after);
  const hasPast = part > 0 || reader.seq > 0;
  const feed = new ToldFeed({
    ...{ teller, reader, part, past: hasPast ? await read('start') : undefined },
    isOpen: askId => isQuestionOpen(engine, { runId, tenantId, askId }),
  });
  try {
    const { isPastEnd } = await feed.begin();
    if (!isPastEnd) return feed;
  } catch (error) {
    feed.close();
    throw error;
  }
  feed.close();
  return undefined;
}
