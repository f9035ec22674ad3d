import * as z from 'zod';
import { parseBody } from '../parse-body.ts';
import type { Exchange } from '../exchange.ts';
import { jsonReply, type Reply } from '../reply.ts';

export const CancelBody = z.strictObject({ reason: z.string().max(16_384).optional() });
export const AnswerBody = z.strictObject({
  askId: z.string(),
  value: z.unknown(),
  by: z.string().max(256).optional(),
  idempotencyKey: z.string().min(1).max(256).optional(),
});

/** Asks a run to stop. */
export async function cancelRun({ engine, request, params, tenantId, settings }: Exchange): Promise<Reply> {
  const runId = params.id!;
  const { reason } = await parseBody(request, CancelBody, settings.bodyLimit);
  const done = await engine.runs.cancel(runId, { tenantId, reason });
  return done === 'requested'
    ? jsonReply(202, { runId, cancelRequested: true })
    : jsonReply(200, { runId, status: 'cancelled' });
}

/** Answers a question of a run. */
export async function answerRun({ engine, request, params, tenantId, settings }: Exchange): Promise<Reply> {
  const runId = params.id!;
  const { askId, value, by, idempotencyKey } = await parseBody(request, AnswerBody, settings.bodyLimit);
  await engine.runs.answer(runId, askId, { value, by, idempotencyKey, tenantId });
  return jsonReply(202, { runId, askId });
}
