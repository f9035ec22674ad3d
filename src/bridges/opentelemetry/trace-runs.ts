import type { Context, Meter, Tracer } from '@opentelemetry/api';
import type { ObserveOptions } from '../../engine/observers/observe-options.ts';
import type { Observation, ObserverObject } from '../../engine/observers/observer.ts';
import type { Runs } from '../../engine/runs.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { loadApi } from './load-api.ts';
import { runMetrics } from './run-metrics.ts';
import { RunSpans, type TracedRun } from './run-spans.ts';
import { TRACED } from './span-table.ts';
import { originOf } from './traceparent.ts';

/** Whose runs are traced. An `Engine` is one. */
export interface TracedEngine {
  readonly runs: Pick<Runs, 'get'>;
  observe(observer: ObserverObject, options?: ObserveOptions): Observation;
}

/** How runs are traced. */
export interface TraceOptions {
  /** Default: `sluice` of the global provider. */
  readonly tracer?: Tracer | undefined;
  /** Default: `sluice` of the global provider. */
  readonly meter?: Meter | undefined;
  /**
   * Whether arguments, results, messages and questions become attributes. They are masked as in the run, and may be
   * long. Default: false.
   */
  readonly content?: boolean | undefined;
  /** `gen_ai.provider.name`: who runs the models. Default: `_OTHER`. */
  readonly provider?: string | undefined;
  /** Whose runs. Default: all tenants. */
  readonly tenantId?: string | undefined;
}

/** Times of events are whole milliseconds; the newest of a run is the latest. */
const MOST_RUNS = 100_000;

/**
 * Makes spans and metrics of all runs of an engine, by the GenAI conventions of OpenTelemetry: `invoke_agent` for a run,
 * `execute_tool`, `chat`, `invoke_workflow` and spans for nodes and waves inside it. A run whose metadata has a
 * `traceparent` is a child of that. Observes off the hot path, so no exporter holds up an agent; what it cannot keep up
 * with is dropped and counted by the observation that this resolves with, which also ends it. Rejects with
 * `MISSING_PEER` if `@opentelemetry/api` is not installed. Memory: the open spans of live runs, 100,000 runs at the most.
 */
export async function traceRuns(engine: TracedEngine, options: TraceOptions = {}): Promise<Observation> {
  const api = await loadApi();
  const { tracer = api.trace.getTracer('sluice'), meter = api.metrics.getMeter('sluice') } = options;
  const { content = false, provider = '_OTHER', tenantId } = options;
  const maker = { api, tracer, content, ended: runMetrics(meter, provider) };
  const runs = new Map<string, { readonly spans: RunSpans; latest: number }>();
  const begun = async (event: RunEvent): Promise<RunSpans> => {
    const spans = new RunSpans(event, await tracedRun(engine, event, api), maker);
    for (const [oldest, run] of runs) {
      if (runs.size < MOST_RUNS) break;
      run.spans.leave(run.latest);
      runs.delete(oldest);
    }
    return spans;
  };
  const observer: ObserverObject = {
    async next(event) {
      const key = `${event.tenantId}:${event.runId}`;
      const known = runs.get(key);
      const spans = known?.spans ?? (await begun(event));
      if (spans.take(event)) runs.set(key, { spans, latest: Date.parse(event.time) });
      else runs.delete(key);
    },
    close() {
      for (const { spans, latest } of runs.values()) spans.leave(latest);
      runs.clear();
    },
  };
  return engine.observe(observer, { types: TRACED, kind: 'opentelemetry', tenantId });
}

/** What its record says; a run that is gone already is traced without. */
async function tracedRun(
  { runs }: TracedEngine,
  { runId, tenantId }: RunEvent,
  api: Awaited<ReturnType<typeof loadApi>>,
): Promise<TracedRun> {
  const record = await Promise.resolve(runs.get(runId, { tenantId })).catch(() => undefined);
  const origin = originOf(record?.metadata);
  const parent: Context = origin
    ? api.trace.setSpanContext(api.ROOT_CONTEXT, {
        ...{ traceId: origin.traceId, spanId: origin.spanId, traceFlags: origin.traceFlags, isRemote: true },
        ...(origin.tracestate !== undefined && { traceState: api.createTraceState(origin.tracestate) }),
      })
    : api.ROOT_CONTEXT;
  return { agent: record?.agent, threadId: record?.threadId, parent };
}
