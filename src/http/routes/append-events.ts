import * as z from 'zod';
import type { AppendEvent } from '../../run/appender.ts';
import { appendLines } from '../append-lines.ts';
import type { Exchange } from '../exchange.ts';
import { parseBody } from '../parse-body.ts';
import { jsonReply, type Reply } from '../reply.ts';

/** The engine checks what the events say. */
const AppendBody = z.strictObject({ events: z.array(z.unknown()) });
const LINES = /^application\/(?:x-)?ndjson\s*(?:;|$)/i;

/**
 * Appends to a run without an agent: a batch as JSON, or one event a line for as long as the request lasts. What was
 * appended before a cut or a bad line stays.
 */
export async function appendEvents({
  engine,
  request,
  params,
  tenantId,
  settings,
}: Exchange): Promise<Reply> {
  const { largestBatch } = engine;
  const append = (events: readonly AppendEvent[]) => engine.append(params.id!, events, { tenantId });
  if (LINES.test(request.header('content-type') ?? '')) {
    return jsonReply(200, await appendLines(request.chunks(), { largestBatch, append }, settings.bodyLimit));
  }
  const { events } = await parseBody(request, AppendBody, settings.bodyLimit);
  return jsonReply(200, await append(events as AppendEvent[]));
}
