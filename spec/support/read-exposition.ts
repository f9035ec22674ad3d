/** A metric as a scraper reads it. */
export interface ScrapedMetric {
  readonly type: string;
  readonly help: string;
  readonly samples: {
    readonly name: string;
    readonly labels: Record<string, string>;
    readonly value: number;
  }[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const COMMENT = new RegExp(`^# (HELP|TYPE) (${NAME}) (.*)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|[+-]Inf|NaN)$`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

/**
 * Reads what Prometheus reads, and throws at whatever its format (0.0.4, or OpenMetrics 1.0) does not allow: a sample
 * without its family or between those of another, one twice, a bucket that shrinks, a text without its end.
 */
export function readExposition(text: string, isOpen = false): Map<string, ScrapedMetric> {
  const metrics = new Map<string, ScrapedMetric>();
  const seen = new Set<string>();
  if (!text.endsWith(isOpen ? '\n# EOF\n' : '\n')) throw new Error('the text has no end');
  const lines = text.slice(0, -1).split('\n');
  if (isOpen) lines.pop();
  let family = '';
  let help = '';
  for (const line of lines) {
    const comment = COMMENT.exec(line);
    if (comment) {
      const [, kind, name, rest] = comment;
      if (kind === 'HELP') {
        if (metrics.has(name!)) throw new Error(`${name} comes twice`);
        [family, help] = [name!, rest!];
      } else {
        if (name !== family || !SUFFIXES[rest!]) throw new Error(`TYPE of another metric: ${line}`);
        metrics.set(family, { type: rest!, help, samples: [] });
      }
      continue;
    }
    const sample = SAMPLE.exec(line);
    const metric = metrics.get(family);
    if (!sample || !metric) throw new Error(`no sample: ${line}`);
    const [, name, labels = '', value] = sample;
    const isOldCounter = metric.type === 'counter' && !isOpen;
    const suffixes = isOldCounter ? [''] : SUFFIXES[metric.type]!;
    if (isOldCounter && !family.endsWith('_total')) throw new Error(`a counter without _total: ${family}`);
    if (!suffixes.some(suffix => name === family + suffix))
      throw new Error(`sample of another metric: ${line}`);
    if (seen.has(`${name}{${labels}}`)) throw new Error(`a sample twice: ${line}`);
    seen.add(`${name}{${labels}}`);
    const number = value === '+Inf' ? Infinity : Number(value);
    metric.samples.push({ name: name!, labels: labelsOf(labels), value: number });
  }
  for (const [name, { type, samples }] of metrics) if (type === 'histogram') checkHistogram(name, samples);
  return metrics;
}

/** The value of a sample with these labels and no others. */
export function sampleOf(
  metrics: ReadonlyMap<string, ScrapedMetric>,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  return [...metrics.values()]
    .flatMap(({ samples }) => samples)
    .find(sample => sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted)
    ?.value;
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== '';) {
    const label = LABEL.exec(rest);
    if (!label || label[1]! in labels) throw new Error(`labels: ${text}`);
    labels[label[1]!] = label[2]!.replace(/\\(["\\n])/g, (_, mark: string) => (mark === 'n' ? '\n' : mark));
    rest = rest.slice(label[0].length);
  }
  return labels;
}

function checkHistogram(name: string, samples: ScrapedMetric['samples']): void {
  const buckets = samples.filter(sample => sample.name === `${name}_bucket`);
  const limits = buckets.map(({ labels }) => (labels['le'] === '+Inf' ? Infinity : Number(labels['le'])));
  const isAscending = (values: readonly number[], least: number): boolean =>
    values.every((value, at) => at === 0 || value - values[at - 1]! >= least);
  if (limits.at(-1) !== Infinity || !isAscending(limits, Number.MIN_VALUE))
    throw new Error(`limits of ${name}`);
  if (
    !isAscending(
      buckets.map(({ value }) => value),
      0,
    )
  )
    throw new Error(`${name} shrinks`);
  const count = samples.find(sample => sample.name === `${name}_count`)?.value;
  if (count !== buckets.at(-1)?.value) throw new Error(`${name} counts other than its buckets`);
}
