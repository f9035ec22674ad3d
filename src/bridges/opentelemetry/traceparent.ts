import type { JsonObject } from '../../event/json.ts';

/** Where a trace comes from, as W3C Trace Context writes it (https://www.w3.org/TR/trace-context/). */
export interface TraceOrigin {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly tracestate?: string | undefined;
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The origin in the metadata of a run, where `POST /runs` and `traceMetadata` put it; what cannot be read is none. */
export function originOf(metadata: JsonObject | undefined): TraceOrigin | undefined {
  const { traceparent, tracestate } = metadata ?? {};
  const found = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent) : null;
  if (!found) return undefined;
  return {
    ...{ traceId: found[1]!, spanId: found[2]!, traceFlags: Number.parseInt(found[3]!, 16) },
    ...(typeof tracestate === 'string' && { tracestate }),
  };
}
