import { MOST_RUNS, parseManyRunsCursor } from '../../bridges/sse/many-runs-cursor.ts';
import { ManyRunsFeed } from '../../bridges/sse/many-runs-feed.ts';
import { isSluiceError, SluiceError } from '../../errors/sluice-error.ts';
import type { ResetNotice } from '../../event/notice.ts';
import { resetNotice, type RunReader } from '../../run/reader.ts';
import type { Exchange } from '../exchange.ts';
import { emptyReply, feedReply, type Reply } from '../reply.ts';
import { framesOf } from './run-events.ts';

/**
 * The events of several runs as one stream. Of those that are not there, or not any more, it says `gone` and nothing
 * else; where none is there, that is a 404.
 */
export async function manyEvents({ engine, request, query, tenantId }: Exchange): Promise<Reply> {
  const runIds = runsOf(query);
  const after = request.header('last-event-id') || query.get('after');
  const resumed = after ? parseManyRunsCursor(after) : new Map<string, string>();
  const positions = new Map(runIds.map(runId => [runId, resumed.get(runId) ?? 'start']));
  const filter = query.get('filter') ?? undefined;
  const readers = new Map<string, RunReader>();
  const gone: ResetNotice[] = [];
  for (const [runId, position] of positions) {
    try {
      readers.set(runId, await engine.events.read(runId, { after: position, filter, tenantId }));
    } catch (error) {
      const isLast = readers.size === 0 && gone.length === positions.size - 1;
      if (isLast || !isSluiceError(error, 'RUN_NOT_FOUND')) throw error;
      gone.push(resetNotice(runId, 'gone'));
    }
  }
  const feed = new ManyRunsFeed(readers, positions, { frames: framesOf(query), gone });
  try {
    const { isPastEnd } = await feed.begin();
    if (!isPastEnd) return feedReply(feed);
  } catch (error) {
    feed.close();
    throw error;
  }
  feed.close();
  return emptyReply();
}

function runsOf(query: URLSearchParams): readonly string[] {
  const runIds = [...new Set(query.getAll('runs').flatMap(text => text.split(',')))].filter(id => id !== '');
  if (runIds.length >= 1 && runIds.length <= MOST_RUNS) return runIds;
  throw new SluiceError('BAD_REQUEST', `runs: expected 1 to ${MOST_RUNS} run ids with commas between them.`);
}
