import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import { readExposition, type ScrapedMetric } from '../support/read-exposition.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const GUIDE = readFileSync(join(DOCS, 'guides/monitoring.md'), 'utf8');
const ROW = /^\| `((?:sluice|process|nodejs)_\w+)` +\| (\w+) +\| (.*?) *\| (.*?) *\|$/gm;
const METRIC = /\b(?:sluice|process|nodejs)_[a-z_]+\b/g;

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

const dashboard = JSON.parse(readFileSync(join(DOCS, 'grafana/sluice.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
};

let metrics: ReadonlyMap<string, ScrapedMetric>;
beforeAll(async () => {
  const engine = createEngine();
  const handler = createHandler(engine);
  const scrape = async (): Promise<string> => (await handler(new Request('http://localhost/metrics'))).text();
  await scrape();
  metrics = readExposition(await scrape());
  await engine.close();
});

const labelsOf = ({ samples }: ScrapedMetric): string =>
  [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))]
    .filter(label => label !== 'le')
    .map(label => `\`${label}\``)
    .join(', ');

/** What is meant by names in an expression that no server has. */
function strangers(expression: string): readonly string[] {
  const known = [...metrics].flatMap(([name, { type }]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  return (expression.match(METRIC) ?? []).filter(name => !known.includes(name));
}

describe('what is written of metrics', () => {
  it('is a table of those there are', () => {
    const rows = [...GUIDE.matchAll(ROW)].map(([, name, type, labels, help]) => [name, type, labels, help]);
    expect(rows).toEqual(
      [...metrics].map(([name, metric]) => [name, metric.type, labelsOf(metric), metric.help]),
    );
  });

  it('is a dashboard of metrics there are, and of all of ours', () => {
    const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(expressions.flatMap(strangers)).toEqual([]);
    const shown = expressions.join(' ');
    const isShown = (name: string): boolean => new RegExp(`\\b${name}(?:_bucket)?\\b`).test(shown);
    const missing = [...metrics.keys()].filter(name => name.startsWith('sluice_') && !isShown(name));
    expect(missing).toEqual([
      'sluice_runs_adopted_total',
      'sluice_events_appended_bytes_total',
      'sluice_observers',
      'sluice_sinks',
    ]);
    expect(new Set(dashboard.panels.map(({ title }) => title)).size).toBe(dashboard.panels.length);
  });

  it('asks labels that there are', () => {
    const asked = [...JSON.stringify(dashboard).matchAll(/by \(([\w, ]+)\)/g)].flatMap(([, names]) =>
      names!.split(', '),
    );
    const known = [...metrics.values()].flatMap(({ samples }) =>
      samples.flatMap(({ labels }) => Object.keys(labels)),
    );
    // Prometheus itself adds the instance.
    expect(asked.filter(name => name !== 'instance' && !known.includes(name))).toEqual([]);
  });

  it('alerts on metrics there are', () => {
    const rules = [...GUIDE.matchAll(/^ +expr: (.*)$/gm)].map(([, expression]) => expression!);
    expect(rules.length).toBeGreaterThan(5);
    expect(rules.flatMap(strangers)).toEqual([]);
  });
});
