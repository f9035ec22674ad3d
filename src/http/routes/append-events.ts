import * as z from 'zod';
import type { AppendEvent } from '../../run/appender.ts';
import { atIndex } from '../../run/batch-answer.ts';
import { checkScope } from '../auth/authorize.ts';
import type { Principal } from '../auth/principal.ts';
import { appendLines } from '../append-lines.ts';
import type { Exchange } from '../exchange.ts';
import { parseBody } from '../parse-body.ts';
import { jsonReply, type Reply } from '../reply.ts';

/** The engine checks what the events say. */
export const AppendBody = z.strictObject({ events: z.array(z.unknown()), flush: z.boolean().optional() });
const LINES = /^application\/(?:x-)?ndjson\s*(?:;|$)/i;

/**
 * Appends to a run without an agent: a batch as JSON, or one event a line for as long as the request lasts. What was
 * appended before a cut or a bad line stays. Text at the end that may still become part of a secret is not accepted,
 * unless `flush` says that nothing follows: in the body, or for lines as `?flush=true`.
 */
export async function appendEvents({
  engine,
  request,
  params,
  query,
  principal,
  tenantId,
  limits,
  settings,
}: Exchange): Promise<Reply> {
  const { largestBatch } = engine;
  const append = async (events: readonly AppendEvent[], flush?: boolean) => {
    checkTimes(principal, events);
    await limits.append(tenantId, events.length);
    return engine.append(params.id!, events, { tenantId, flush });
  };
  if (LINES.test(request.header('content-type') ?? '')) {
    const flush = query.get('flush') === 'true';
    const target = { largestBatch, append, flush };
    return jsonReply(200, await appendLines(request.chunks(), target, settings.bodyLimit));
  }
  const { events, flush } = await parseBody(request, AppendBody, settings.bodyLimit);
  return jsonReply(200, await append(events as AppendEvent[], flush));
}

/** Throws `FORBIDDEN` with the place of the first event that says when it was, which takes the scope `import`. */
function checkTimes(principal: Principal, events: readonly unknown[]): void {
  const index = events.findIndex(saysWhen);
  if (index < 0) return;
  try {
    checkScope(principal, 'import');
  } catch (error) {
    throw atIndex(error, index);
  }
}

/** What comes from outside may be anything. */
function saysWhen(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'time' in event;
}
