import type { Json } from '../../event/json.ts';
import type { Bridge, BridgeBody, BridgeRequest, BridgeRoute, BridgeStream } from '../bridge.ts';
import { chosenAgent } from '../chosen-agent.ts';
import type { FrameStyle } from '../frame-style.ts';
import { wholeParameter } from '../whole-parameter.ts';
import { STATUSES, toDockrionRun } from './dockrion-run.ts';
import type { EventsChoice } from './events-filter.ts';
import { finalEvent } from './final-event.ts';

/** What the routes of one mounted bridge know. */
export interface DockrionRules {
  readonly agent: string | undefined;
  readonly choice: EventsChoice;
  readonly frames: FrameStyle;
}

const LONGEST_TIMEOUT = 3_600;

/** The addresses of Dockrion's runtime. */
export function dockrionRoutes(rules: DockrionRules): Bridge['routes'] {
  const bound =
    (route: (request: BridgeRequest, rules: DockrionRules) => ReturnType<BridgeRoute>): BridgeRoute =>
    request =>
      route(request, rules);
  return {
    '/invoke': { POST: bound(invoke) },
    '/invoke/stream': { POST: bound(invokeStream) },
    '/runs': { POST: bound(createRun) },
    '/runs/{run_id}': { GET: showRun, DELETE: cancelRun },
    '/runs/{run_id}/events': { GET: bound(subscribe) },
  };
}

/** Starts a run and answers when it has ended. */
async function invoke(request: BridgeRequest, rules: DockrionRules): Promise<BridgeBody> {
  const { id, agent } = await started(request, rules);
  const final = await finalEvent(request, id, 'start');
  if (final?.type === 'complete') {
    const { output = {}, durationMs } = final.data;
    const { framework = 'custom' } = request.engine.agentInfos.find(({ name }) => name === agent) ?? {};
    const metadata = { agent, framework, latency_seconds: durationMs / 1_000 };
    return { status: 200, body: { success: true, output, metadata } };
  }
  if (final?.type === 'error') {
    return { status: 500, body: { error: final.data.message, code: final.data.code } };
  }
  return { status: 409, body: { error: `run ${id} was cancelled.`, code: 'RUN_CANCELLED' } };
}

/** Pattern A: starts a run and streams it on the same connection. */
async function invokeStream(request: BridgeRequest, rules: DockrionRules): Promise<BridgeStream> {
  const { id } = await started(request, rules);
  return { ...streamOf(id, 'start', rules), headers: { location: runUrl(request, id) } };
}

/** Pattern B: starts a run; its events are at `events_url`. */
async function createRun(request: BridgeRequest, rules: DockrionRules): Promise<BridgeBody> {
  const { engine, tenantId, query } = request;
  const { id } = await started(request, rules, query.get('run_id') ?? undefined);
  const { createdAt } = await engine.runs.get(id, { tenantId });
  const url = runUrl(request, id);
  const body = { run_id: id, status: 'accepted', events_url: `${url}/events`, created_at: createdAt };
  return { status: 202, body, headers: { location: url } };
}

async function showRun({ engine, tenantId, params }: BridgeRequest): Promise<BridgeBody> {
  return { status: 200, body: toDockrionRun(await engine.runs.get(params['run_id']!, { tenantId })) };
}

/** Stops a run, and answers when it has stopped. */
async function cancelRun(request: BridgeRequest): Promise<BridgeBody> {
  const { engine, tenantId, params, query } = request;
  const runId = params['run_id']!;
  const reason = query.get('reason')?.slice(0, 16_384) || 'User requested cancellation';
  const { cursor } = await engine.events.tip(runId, { tenantId });
  const done = await engine.runs.cancel(runId, { tenantId, reason });
  if (done === 'requested') await finalEvent(request, runId, cursor);
  const { status } = await engine.runs.get(runId, { tenantId });
  return { status: 200, body: { run_id: runId, status: STATUSES[status] } };
}

/** The events of a run, from one on, live. */
async function subscribe(
  { params, query, header }: BridgeRequest,
  rules: DockrionRules,
): Promise<BridgeStream> {
  // Checked for those who send it; no stream of ours is silent for so long that it would matter.
  wholeParameter(query, 'timeout', { min: 1, max: LONGEST_TIMEOUT });
  const from = wholeParameter(query, 'from_sequence', { min: 0 }) ?? 0;
  // `from_sequence` names the first event that is wanted; ours begin at 1.
  const after = header('last-event-id') || (from <= 1 ? 'start' : String(from - 1));
  return streamOf(params['run_id']!, after, rules);
}

function streamOf(runId: string, after: string, { choice, frames }: DockrionRules): BridgeStream {
  return { stream: { runId, after, frames, ...(choice.filter !== 'all' && { filter: choice.filter }) } };
}

async function started(
  request: BridgeRequest,
  rules: DockrionRules,
  id?: string,
): Promise<{ readonly id: string; readonly agent: string }> {
  const { engine, tenantId } = request;
  const agent = chosenAgent(request, { bridge: 'dockrion', agent: rules.agent });
  const input = (await request.json()) as Json;
  const record = rules.choice.filter;
  return { id: (await engine.start(agent, { input, id, tenantId, record })).id, agent };
}

function runUrl({ base }: BridgeRequest, runId: string): string {
  return `${base}/runs/${runId}`;
}
