import type { ExecutionContext, Matter } from '../../control/execution-context.ts';

/** What rules see unless somebody says otherwise: the subject, masked, and whose it is. */
export function inputOf(
  { type, data, node }: Matter,
  { runId, tenantId, attempt }: ExecutionContext,
): unknown {
  return { subject: { type, data, node }, context: { runId, tenantId, attempt } };
}
