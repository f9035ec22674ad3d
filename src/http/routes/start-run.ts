import * as z from 'zod';
import { isSluiceError, SluiceError } from '../../errors/sluice-error.ts';
import type { JsonObject } from '../../event/json.ts';
import type { OpenRunOptions } from '../../engine/start-options.ts';
import { checkScope } from '../auth/authorize.ts';
import type { Exchange } from '../exchange.ts';
import type { HttpRequest } from '../request.ts';
import { parseBody } from '../parse-body.ts';

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[ -~]{0,200})?$/;
const LONGEST_TRACESTATE = 512;

/** The body of every request that starts a run. The engine checks what the members say. */
export const StartBody = z.strictObject({
  agent: z.string().optional(),
  input: z.unknown().optional(),
  id: z.string().optional(),
  threadId: z.string().optional(),
  parentId: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  record: z.union([z.string(), z.array(z.string())]).optional(),
  ttl: z.number().optional(),
  maxDuration: z.number().optional(),
  idle: z.number().optional(),
  startedAt: z.string().optional(),
  idempotencyKey: z.string().optional(),
  onDisconnect: z.enum(['continue', 'cancel']).optional(),
});

/** A run that a request started, or got again by its idempotency key. */
export interface StartedRun {
  readonly id: string;
  readonly status: string;
  /** Stops the run if the request asked for that when its client leaves. */
  readonly onDisconnect: (() => void) | undefined;
}

/**
 * Starts the run a request to `/invoke` asks for. Without the name of an agent the only one there is is meant. Rejects
 * with `BAD_REQUEST`, `BODY_TOO_LARGE`, and whatever the engine refuses it with.
 */
export async function startRun(exchange: Exchange): Promise<StartedRun> {
  const { agent, onDisconnect, options } = await wantedRun(exchange);
  return started(exchange, await exchange.engine.start(agentOf(exchange, agent), options), onDisconnect);
}

/**
 * Starts the run a request to `/runs` asks for: without the name of an agent, one that its producer appends to.
 * Rejects like {@link startRun}.
 */
export async function startOrOpenRun(exchange: Exchange): Promise<StartedRun> {
  const { agent, onDisconnect, options } = await wantedRun(exchange);
  const { engine, tenantId } = exchange;
  if (agent !== undefined) return started(exchange, await engine.start(agent, options), onDisconnect);
  try {
    return started(exchange, (await engine.open(options)).run, onDisconnect);
  } catch (error) {
    if (!isSluiceError(error, 'RUN_ENDED') || error.runId === undefined) throw error;
    // A repeated key: whoever asks again is told of the run he had.
    const { runId, status } = await engine.runs.get(error.runId, { tenantId });
    return started(exchange, { id: runId, status }, undefined);
  }
}

interface WantedRun {
  readonly agent: string | undefined;
  readonly onDisconnect: 'continue' | 'cancel' | undefined;
  readonly options: OpenRunOptions;
}

async function wantedRun({ request, params, principal, tenantId, settings }: Exchange): Promise<WantedRun> {
  const { agent, onDisconnect, idempotencyKey, metadata, ...options } = await parseBody(
    request,
    StartBody,
    settings.bodyLimit,
  );
  if (options.startedAt !== undefined) checkScope(principal, 'import');
  return {
    agent: params.agent ?? agent,
    onDisconnect,
    options: {
      ...(options as OpenRunOptions),
      metadata: tracedMetadata(metadata as JsonObject | undefined, request),
      idempotencyKey: keyOf(idempotencyKey, request.header('idempotency-key')),
      tenantId,
    },
  };
}

/** Where the trace of a request goes on is found again in the metadata of its run; W3C Trace Context, section 3. */
function tracedMetadata(metadata: JsonObject | undefined, request: HttpRequest): JsonObject | undefined {
  const traceparent = request.header('traceparent');
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return metadata;
  const tracestate = request.header('tracestate');
  const isShort = tracestate !== undefined && tracestate.length <= LONGEST_TRACESTATE;
  return { traceparent, ...(isShort && { tracestate }), ...metadata };
}

function started(
  { engine, tenantId }: Exchange,
  { id, status }: { readonly id: string; readonly status: string },
  onDisconnect: WantedRun['onDisconnect'],
): StartedRun {
  const cancel = () =>
    void engine.runs.cancel(id, { tenantId, reason: 'the client left' }).catch(() => undefined);
  return { id, status, onDisconnect: onDisconnect === 'cancel' ? cancel : undefined };
}

function agentOf({ engine }: Exchange, name: string | undefined): string {
  if (name !== undefined) return name;
  const known = engine.agentInfos.map(agent => agent.name);
  if (known.length === 1) return known[0]!;
  const listed = known.length === 0 ? 'none is registered' : `registered are ${known.join(', ')}`;
  throw new SluiceError('BAD_REQUEST', `agent: expected the name of an agent; ${listed}.`, {
    details: { agents: known },
  });
}

function keyOf(inBody: string | undefined, inHeader: string | undefined): string | undefined {
  if (inBody !== undefined && inHeader !== undefined && inBody !== inHeader) {
    throw new SluiceError(
      'BAD_REQUEST',
      'idempotencyKey: expected the same one in body and header, or only one.',
    );
  }
  return inBody ?? inHeader;
}
