/** One number, and what tells it from the others of its name. */
export interface Sample {
  /** Behind the name of the metric: `_total`, `_bucket`, `_sum`, `_count`, or nothing. */
  readonly suffix: '' | '_total' | '_bucket' | '_sum' | '_count';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric: what it counts, and its numbers. */
export interface MetricFamily {
  /** Without suffix. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** How metrics are written: as Prometheus has it (text format 0.0.4), or as OpenMetrics 1.0. */
export type MetricsFormat = 'prometheus' | 'openmetrics';

export const METRICS_TYPES: Readonly<Record<MetricsFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Writes metrics as Prometheus reads them. */
export function exposition(families: readonly MetricFamily[], format: MetricsFormat): string {
  const isOpen = format === 'openmetrics';
  const lines = families.flatMap(({ name, type, help, samples }) => {
    // The old format knows a counter by its sample's name, the new one by that of the family.
    const family = !isOpen && type === 'counter' ? `${name}_total` : name;
    return [
      `# HELP ${family} ${isOpen ? escaped(help) : help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${family} ${type}`,
      ...samples.map(
        ({ suffix, labels, value }) => `${name}${suffix}${labelsOf(labels)} ${numberText(value)}`,
      ),
    ];
  });
  return [...lines, ...(isOpen ? ['# EOF'] : []), ''].join('\n');
}

function labelsOf(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return String(value);
}
