import type { RunRecord } from '../../backends/backend.ts';
import { RunListFeed } from '../../bridges/sse/run-list-feed.ts';
import { preferred } from '../accept.ts';
import type { Exchange } from '../exchange.ts';
import { listQuery, matchesQuery, wholeParameter } from '../list-query.ts';
import { emptyReply, feedReply, jsonReply, textReply, type Reply } from '../reply.ts';
import { eventsUrl, runPageView, runSummary, runUrl, runView } from '../run-view.ts';
import { startOrOpenRun } from './start-run.ts';

/** Starts a run, of an agent or of a producer outside, and answers at once. */
export async function createRun(exchange: Exchange): Promise<Reply> {
  const { basePath } = exchange.settings;
  const { id, status } = await startOrOpenRun(exchange);
  const answer = { runId: id, status, eventsUrl: eventsUrl(id, basePath) };
  return jsonReply(202, answer, { location: runUrl(id, basePath) });
}

/** One page of runs, newest first, or the same as a stream that goes on with what changes. */
export async function listRuns({ engine, request, query, tenantId, settings }: Exchange): Promise<Reply> {
  const { basePath } = settings;
  const wanted = listQuery(query);
  const list = async (): Promise<unknown> =>
    runPageView(await engine.runs.list({ ...wanted, tenantId }), basePath);
  const kind = preferred(request.header('accept'), ['application/json', 'text/event-stream']);
  if (kind === 'application/json') return jsonReply(200, await list());
  const feed = new RunListFeed({
    list,
    news: engine.runs.watch({ tenantId }),
    view: (record: RunRecord) => (matchesQuery(record, wanted) ? runSummary(record, basePath) : undefined),
  });
  try {
    await feed.begin();
  } catch (error) {
    feed.close();
    throw error;
  }
  return feedReply(feed);
}

export async function showRun({ engine, params, tenantId, settings }: Exchange): Promise<Reply> {
  const record = await engine.runs.get(params.id!, { tenantId });
  return jsonReply(200, runView(record, settings.basePath));
}

/** Erases a run that has ended; asks one that lives to stop. */
export async function deleteRun({ engine, params, tenantId }: Exchange): Promise<Reply> {
  const runId = params.id!;
  const done = await engine.runs.delete(runId, { tenantId });
  return done === 'erased' ? emptyReply() : jsonReply(202, { runId, cancelRequested: true });
}

/** What a run adds up to by now, and the cursor behind that: a late viewer draws it and goes on from there. */
export async function runState({ params, states, tenantId }: Exchange): Promise<Reply> {
  return textReply(200, await states.json(params.id!, tenantId));
}

/** The newest position of a run. */
export async function runOffset({ engine, params, tenantId }: Exchange): Promise<Reply> {
  const { status } = await engine.runs.get(params.id!, { tenantId });
  return jsonReply(200, { ...(await engine.events.tip(params.id!, { tenantId })), status });
}

/** Checkpoints that one answer has at the most. The largest there are make 16 MB of it. */
const CHECKPOINTS = 128;

/** The newest checkpoints of a run, newest first: `?name=&limit=&before=`, with the seq of the last one seen. */
export async function runCheckpoints({ engine, params, query, tenantId }: Exchange): Promise<Reply> {
  const checkpoints = await engine.runs.checkpoints(params.id!, {
    tenantId,
    name: query.get('name') ?? undefined,
    limit: wholeParameter(query, 'limit', { min: 1, max: CHECKPOINTS }),
    before: wholeParameter(query, 'before', { min: 1, max: 999_999_999 }),
  });
  return jsonReply(200, { checkpoints });
}

/** How many runs there are, and how many in each status. */
export async function countRuns({ engine, tenantId }: Exchange): Promise<Reply> {
  return jsonReply(200, await engine.runs.stats({ tenantId }));
}
