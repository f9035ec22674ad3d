import * as z from 'zod';
import { isSluiceError, SluiceError } from '../../errors/sluice-error.ts';
import type { Clock } from '../../time/clock.ts';
import { isoTime } from '../../time/iso-time.ts';
import type { Bridge, BridgeBody, BridgedRun, BridgeRequest, BridgeStream } from '../bridge.ts';
import { wholeParameter } from '../whole-parameter.ts';
import { connectedFrame, queueFrames, SEEN } from './queue-frames.ts';
import { toQueueInfo, type QueueInfo } from './queue-info.ts';

const CancelBody = z.object({ reason: z.string().max(16_384).nullish() });
const ACTIVE = ['accepted', 'running', 'waiting'] as const;
const MOST_QUEUES = 1_000;

/** The addresses of the EventQueue. Workflows and ingestion jobs are both runs, as they are both tasks there. */
export function queueRoutes(clock: Clock): Bridge['routes'] {
  const stream = (name: string) => (request: BridgeRequest) => streamEvents(request, name, clock);
  const cancel = (name: string) => (request: BridgeRequest) => cancelTask(request, name);
  return {
    '/events/workflows/{workflow_id}': { GET: stream('workflow_id') },
    '/events/ingestion/{job_id}': { GET: stream('job_id') },
    '/events/workflows/{workflow_id}/cancel': { POST: cancel('workflow_id') },
    '/events/ingestion/{job_id}/cancel': { POST: cancel('job_id') },
    '/events/queues': { GET: listQueues },
    '/events/queues/{task_id}': { GET: showQueue },
    '/events/queues/{task_id}/offset': { GET: showOffset },
  };
}

/** The events of a task from an offset on: `from_offset=n` leaves out the first n, as it does there. */
async function streamEvents(request: BridgeRequest, name: string, clock: Clock): Promise<BridgeStream> {
  const offset = wholeParameter(request.query, 'from_offset', { min: 0 }) ?? 0;
  const { runId } = await taskOf(request, name);
  // An EventSource comes back with the address it began with, and with the place it has reached.
  const after = request.header('last-event-id') || (offset === 0 ? 'start' : String(offset));
  const greeting = connectedFrame(runId, offsetOf(after), isoTime(clock.now()));
  return { stream: { runId, after, filter: SEEN, frames: queueFrames, greeting } };
}

async function cancelTask(request: BridgeRequest, name: string): Promise<BridgeBody> {
  const { engine, tenantId } = request;
  const { runId } = await taskOf(request, name);
  const checked = CancelBody.safeParse(await request.json());
  if (!checked.success) {
    throw new SluiceError('BAD_REQUEST', 'reason: expected a string of at most 16384 characters.');
  }
  try {
    await engine.runs.cancel(runId, { tenantId, reason: checked.data.reason ?? undefined });
  } catch (error) {
    if (!isSluiceError(error, 'RUN_ENDED')) throw error;
    const message = `${runId} has ended, and there is nothing to cancel.`;
    return { status: 200, body: { task_id: runId, cancelled: false, message } };
  }
  const message = `${runId}: cancellation requested.`;
  return { status: 200, body: { task_id: runId, cancelled: true, message } };
}

/** The queues that are not closed, newest first. */
async function listQueues(request: BridgeRequest): Promise<BridgeBody> {
  const { engine, tenantId } = request;
  if (!isOwn(request)) return { status: 200, body: [] };
  const { runs } = await engine.runs.list({ tenantId, status: ACTIVE, limit: MOST_QUEUES });
  const infos = await Promise.all(runs.map(run => infoOf(request, run)));
  return { status: 200, body: infos.filter(info => info !== undefined) };
}

async function showQueue(request: BridgeRequest): Promise<BridgeBody> {
  const run = await taskOf(request, 'task_id');
  const { seq } = await request.engine.events.tip(run.runId, { tenantId: request.tenantId });
  return { status: 200, body: toQueueInfo(run, seq) };
}

async function showOffset(request: BridgeRequest): Promise<BridgeBody> {
  const { runId } = await taskOf(request, 'task_id');
  const { seq } = await request.engine.events.tip(runId, { tenantId: request.tenantId });
  return { status: 200, body: { task_id: runId, offset: seq } };
}

/** A run may go while the list is made. */
async function infoOf({ engine, tenantId }: BridgeRequest, run: BridgedRun): Promise<QueueInfo | undefined> {
  try {
    return toQueueInfo(run, (await engine.events.tip(run.runId, { tenantId })).seq);
  } catch (error) {
    if (isSluiceError(error, 'RUN_NOT_FOUND')) return undefined;
    throw error;
  }
}

async function taskOf(request: BridgeRequest, name: string): Promise<BridgedRun> {
  const { engine, tenantId, params } = request;
  const id = params[name]!;
  if (isOwn(request)) return engine.runs.get(id, { tenantId });
  throw new SluiceError(
    'RUN_NOT_FOUND',
    `run ${JSON.stringify(id.slice(0, 64))} does not exist, or is not kept any longer.`,
  );
}

/** Who asks for another tenant's tasks finds none: the server knows whose they are, whatever the request says. */
function isOwn({ query, tenantId }: BridgeRequest): boolean {
  return (query.get('tenant_id') ?? tenantId) === tenantId;
}

function offsetOf(after: string): number {
  return Number(/^(?:[a-z0-9]{1,24}\.)?(\d{1,16})/.exec(after)?.[1] ?? 0);
}
