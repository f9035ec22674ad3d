import type { HistogramCounts } from '../../engine/metrics/histogram.ts';
import type { MetricFamily, Sample } from './exposition.ts';

/** Numbers by the value of one label. */
export type ByLabel = Readonly<Record<string, number>>;

export function counter(name: string, help: string, value: number): MetricFamily {
  return { name, type: 'counter', help, samples: [{ suffix: '_total', labels: {}, value }] };
}

export function gauge(name: string, help: string, value: number): MetricFamily {
  return { name, type: 'gauge', help, samples: [{ suffix: '', labels: {}, value }] };
}

/** `text` is the help, `label` the name of the label. */
export function counters(name: string, text: string, label: string, values: ByLabel): MetricFamily {
  return { name, type: 'counter', help: text, samples: samplesOf('_total', label, values) };
}

export function gauges(name: string, text: string, label: string, values: ByLabel): MetricFamily {
  return { name, type: 'gauge', help: text, samples: samplesOf('', label, values) };
}

export function histogram(
  name: string,
  help: string,
  { limits, counts, sum }: HistogramCounts,
): MetricFamily {
  let below = 0;
  const buckets = counts.map((count, at): Sample => {
    below += count;
    // Limits are floating point numbers to whoever reads them; OpenMetrics wants them to look like it.
    const limit = limits[at];
    const le = limit === undefined ? '+Inf' : Number.isInteger(limit) ? `${limit}.0` : String(limit);
    return { suffix: '_bucket', labels: { le }, value: below };
  });
  const ends: Sample[] = [
    { suffix: '_sum', labels: {}, value: sum },
    { suffix: '_count', labels: {}, value: below },
  ];
  return { name, type: 'histogram', help, samples: [...buckets, ...ends] };
}

function samplesOf(suffix: Sample['suffix'], label: string, values: ByLabel): readonly Sample[] {
  return Object.entries(values).map(([value, count]) => ({
    suffix,
    labels: { [label]: value },
    value: count,
  }));
}
