export { traceMetadata } from './trace-metadata.ts';
export { traceRuns, type TracedEngine, type TraceOptions } from './trace-runs.ts';
