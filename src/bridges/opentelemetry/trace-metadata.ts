import type { Context } from '@opentelemetry/api';
import { loadApi } from './load-api.ts';

/**
 * What makes a run a child of the span that is active, or of the one in `context`: the metadata
 * `{ traceparent, tracestate? }` for `engine.start`, and the headers of a request to a server of Sluice. Empty where
 * nothing is traced, or no propagator is registered. Rejects with `MISSING_PEER`.
 */
export async function traceMetadata(context?: Context): Promise<Record<string, string>> {
  const { context: contexts, propagation } = await loadApi();
  const carrier: Record<string, string> = {};
  propagation.inject(context ?? contexts.active(), carrier);
  const { traceparent, tracestate } = carrier;
  return { ...(traceparent && { traceparent }), ...(tracestate && { tracestate }) };
}
