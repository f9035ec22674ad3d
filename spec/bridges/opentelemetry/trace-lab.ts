import type { SpanStatusCode } from '@opentelemetry/api';
import {
  InMemoryMetricExporter,
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';
import { traceRuns, type TraceOptions } from '../../../src/bridges/opentelemetry/trace-runs.ts';
import type { Engine } from '../../../src/engine/engine.ts';

/** A span, in the words of specs: where it hangs, how it ended. */
export interface Seen {
  readonly name: string;
  readonly parent: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: SpanStatusCode;
  readonly events: readonly string[];
  readonly span: ReadableSpan;
}

/** The SDK of OpenTelemetry, exporting into memory. */
export async function traceLab(engine: Engine, options: TraceOptions = {}) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  const observation = await traceRuns(engine, {
    ...{ tracer: provider.getTracer('spec'), meter: meters.getMeter('spec') },
    ...options,
  });
  return {
    observation,
    spans(): Seen[] {
      const all = exporter.getFinishedSpans();
      const nameOf = (id: string | undefined): string | undefined => {
        const parent = all.find(span => span.spanContext().spanId === id);
        return parent?.name ?? id;
      };
      return all.map(span => ({
        ...{
          name: span.name,
          parent: nameOf(span.parentSpanContext?.spanId),
          attributes: span.attributes,
          span,
        },
        ...{ status: span.status.code, events: span.events.map(({ name }) => name) },
      }));
    },
    /** Points of a histogram: dimensions and sum. */
    async points(
      name: string,
    ): Promise<{ attributes: Readonly<Record<string, unknown>>; sum: number | undefined; count: number }[]> {
      await reader.forceFlush();
      const all =
        metrics
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap(scope => scope.metrics) ?? [];
      return all
        .filter(({ descriptor }) => descriptor.name === name)
        .flatMap(({ dataPoints }) => dataPoints as DataPoint<Histogram>[])
        .map(({ attributes, value: { sum, count } }) => ({ attributes, sum, count }));
    },
    async close(): Promise<void> {
      await engine.close();
      await provider.shutdown();
      await meters.shutdown();
    },
  };
}
