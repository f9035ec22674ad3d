import type { RunFeed } from '../../bridges/sse/run-feed.ts';
import type { FrameStyle } from '../../bridges/frame-style.ts';
import type { FrameMode } from '../../bridges/sse/frames.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import { keyOf } from '../../engine/run-events.ts';
import { names, preferred } from '../accept.ts';
import { SEARCH_PARAMETERS, pageReply } from '../event-page.ts';
import type { Exchange } from '../exchange.ts';
import { emptyReply, feedReply, type Reply } from '../reply.ts';

const STREAM = 'text/event-stream';

/** The events of one run, as a stream or page by page. */
export async function runEvents(exchange: Exchange): Promise<Reply> {
  const { request, params, query } = exchange;
  const runId = params.id!;
  const after = request.header('last-event-id') || query.get('after') || 'start';
  const accept = request.header('accept');
  const searched = SEARCH_PARAMETERS.filter(name => query.has(name));
  if (searched.length > 0 && names(accept, STREAM)) {
    throw new SluiceError(
      'BAD_REQUEST',
      `${searched.join(', ')}: a stream cannot be searched. Ask for application/json or application/x-ndjson, or stream with filter.`,
    );
  }
  const kind = preferred(accept, [STREAM, 'application/json', 'application/x-ndjson']);
  if (kind === STREAM && searched.length === 0) {
    const { feed, isPastEnd } = await openRunFeed(exchange, runId, after);
    if (!isPastEnd) return feedReply(feed);
    feed.close();
    return emptyReply();
  }
  return pageReply(exchange, runId, { after, isLines: kind === 'application/x-ndjson' });
}

/** A feed of one run. Rejects with `RUN_NOT_FOUND`, `BAD_CURSOR`, `BAD_FILTER` and `BAD_REQUEST` before anything is held. */
export function openRunFeed(exchange: Exchange, runId: string, after: string): Promise<OpenedFeed> {
  const { query } = exchange;
  return openFeed(exchange, {
    ...{ runId, after, frames: framesOf(query), filter: query.get('filter') ?? undefined },
  });
}

/** How a run is to be seen. */
export interface FeedView {
  readonly runId: string;
  /** As `?after=` has it. */
  readonly after: string;
  readonly filter?: string | undefined;
  readonly frames: FrameMode | FrameStyle;
}

/** A feed that has looked whether there is anything to come. */
export interface OpenedFeed {
  readonly feed: RunFeed;
  /** The position is exactly the end of a run that has ended. */
  readonly isPastEnd: boolean;
}

/** A feed of one run, in any style. Rejects with `RUN_NOT_FOUND`, `BAD_CURSOR` and `BAD_FILTER` before anything is held. */
export async function openFeed(
  { engine, tenantId, feeds }: Exchange,
  { runId, after, filter, frames }: FeedView,
): Promise<OpenedFeed> {
  const reader = await engine.events.read(runId, { after, filter, tenantId });
  // Whoever is late may still hold the group of a run that was erased, and its bytes, when the id is used again.
  const { epoch } = await engine.runs.get(runId, { tenantId });
  const name = `${keyOf(runId, tenantId)} ${epoch} ${filter ?? ''}`;
  const feed = feeds.open({ reader, name, frames, position: after });
  try {
    return { feed, ...(await feed.begin()) };
  } catch (error) {
    feed.close();
    throw error;
  }
}

/** Refuses a view that cannot be, before anything is started for it. Throws `BAD_FILTER`, `BAD_REQUEST`. */
export function checkView({ engine, query }: Exchange): void {
  framesOf(query);
  // Cold: names the run that nobody reads, and checks the filter by the engine's own definitions.
  engine.events('unread', { filter: query.get('filter') ?? undefined });
}

/** How frames are named. Throws `BAD_REQUEST`. */
export function framesOf(query: URLSearchParams): FrameMode {
  const frames = query.get('frames') ?? 'typed';
  if (frames === 'typed' || frames === 'message') return frames;
  throw new SluiceError('BAD_REQUEST', 'frames: expected "typed" or "message".');
}
