import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import type { HandlerOptions } from '../../src/http/options.ts';
import { readExposition, sampleOf, type ScrapedMetric } from '../support/read-exposition.ts';
import { until, untilAsked } from '../support/settle.ts';
import { ADAPTERS, posted, serveOnNode, type Served } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { servedEngine } from './served-agents.ts';

const engines: Engine[] = [];
const open: Served[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map(engine => engine.close()));
  await Promise.all(open.splice(0).map(served => served.close()));
});

async function begin(
  options: HandlerOptions = {},
  {
    of = {},
    serve = ADAPTERS['fetch handler']!,
  }: { of?: EngineOptions; serve?: typeof serveOnNode | (typeof ADAPTERS)[string] } = {},
): Promise<Served & { readonly engine: Engine; scrape: () => Promise<Map<string, ScrapedMetric>> }> {
  const engine = servedEngine(of);
  engines.push(engine);
  const served = await serve(engine, options);
  open.push(served);
  const scrape = async (): Promise<Map<string, ScrapedMetric>> => {
    const answer = await served.fetch('/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    return readExposition(await answer.text());
  };
  return { ...served, engine, scrape };
}

describe('GET /metrics', () => {
  it('agrees with what was done', async () => {
    const { fetch, scrape, engine } = await begin();
    for (const agent of ['greet', 'greet', 'fail'])
      await (await fetch(`/invoke/${agent}`, posted({}))).text();
    const waiting = (await (await fetch('/runs', posted({ agent: 'ask' }))).json()) as { runId: string };
    await until(() => engine.metrics().runs.live.waiting === 1, 'a question');
    await fetch('/nowhere');
    await fetch('/runs', { method: 'PURGE' });
    const scraped = await scrape();
    const count = (name: string, labels?: Record<string, string>): number | undefined =>
      sampleOf(scraped, `sluice_${name}`, labels);
    expect(count('runs_started_total')).toBe(4);
    expect(count('runs_ended_total', { end: 'completed' })).toBe(2);
    expect(count('runs_ended_total', { end: 'failed' })).toBe(1);
    expect(count('runs', { status: 'waiting' })).toBe(1);
    const stored = await Promise.all(
      (await engine.runs.list({})).runs.map(async ({ runId }) => (await engine.events.tip(runId)).seq),
    );
    expect(count('events_appended_total')).toBe(stored.reduce((all, seq) => all + seq));
    expect(count('append_seconds_count')).toBeGreaterThan(0);
    const requests = (method: string, route: string, status: string): number | undefined =>
      count('http_requests_total', { method, route, status });
    expect(requests('POST', '/invoke/{agent}', '2xx')).toBe(2);
    expect(requests('POST', '/invoke/{agent}', '5xx')).toBe(1);
    expect(requests('POST', '/runs', '2xx')).toBe(1);
    expect(requests('GET', '(none)', '4xx')).toBe(1);
    expect(requests('other', '(none)', '4xx')).toBe(1);
    // The scrape itself is counted when it is answered.
    expect(requests('GET', '/metrics', '2xx')).toBe(undefined);
    expect(
      sampleOf(await scrape(), 'sluice_http_requests_total', {
        method: 'GET',
        route: '/metrics',
        status: '2xx',
      }),
    ).toBe(1);
    expect(sampleOf(scraped, 'nodejs_heap_size_used_bytes')).toBeGreaterThan(1e6);
    await engine.runs.cancel(waiting.runId);
  });

  it('says the same as OpenMetrics to whoever asks for that', async () => {
    const { fetch } = await begin();
    const accept =
      'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
    const [answer, plain] = [await fetch('/metrics', { headers: { accept } }), await fetch('/metrics')];
    expect(answer.headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    const names = [...readExposition(await answer.text(), true)].map(([name, { type }]) =>
      type === 'counter' ? `${name}_total` : name,
    );
    expect(names).toEqual([...readExposition(await plain.text()).keys()]);
  });

  it('is for administrators where somebody is asked, and for nobody if it is off', async () => {
    const authorize: HandlerOptions['authorize'] = ({ header }) => {
      const scope = header('x-scope');
      return scope === undefined ? undefined : { subject: 'a', tenantId: 'a', scopes: [scope as 'read'] };
    };
    const { fetch } = await begin({ authorize });
    const as = (scope: string) => ({ headers: { 'x-scope': scope } });
    await expectProblem(await fetch('/metrics'), 401, 'UNAUTHENTICATED');
    await expectProblem(await fetch('/metrics', as('read')), 403, 'FORBIDDEN');
    const scraped = readExposition(await (await fetch('/metrics', as('admin'))).text());
    expect(sampleOf(scraped, 'sluice_http_refusals_total', { reason: 'unauthenticated' })).toBe(1);
    expect(sampleOf(scraped, 'sluice_http_refusals_total', { reason: 'forbidden' })).toBe(1);
    const off = await begin({ metrics: false });
    await expectProblem(await off.fetch('/metrics'), 404, 'NOT_FOUND');
  });

  it('has no label that somebody else can choose', async () => {
    const { fetch, engine } = await begin({
      authorize: ({ header }) => ({
        subject: 'zzq-subject',
        tenantId: header('x-tenant') ?? 'default',
        scopes: ['admin'],
      }),
    });
    const scrapeText = async (): Promise<string> => (await fetch('/metrics')).text();
    const name = fc.stringMatching(/^zzq[a-z0-9]{1,12}$/);
    const method = fc.constantFrom('GET', 'POST', 'DELETE', 'ZZQ');
    await scrapeText();
    const series = (text: string): number => text.split('\n').filter(line => !line.startsWith('#')).length;
    const routes = [
      '/runs',
      '/runs/ID',
      '/runs/ID/events',
      '/ID',
      '/invoke/ID',
      '/runs/ID/cancel',
      '/tickets',
    ];
    await fc.assert(
      fc.asyncProperty(name, name, fc.constantFrom(...routes), method, async (id, tenant, path, verb) => {
        await engine.start('greet', { id, tenantId: tenant, labels: { [id]: id } }).catch(() => undefined);
        const body = verb === 'POST' ? { body: JSON.stringify({ id, agent: id }) } : {};
        const headers = { 'x-tenant': tenant, 'x-request-id': id };
        const answer = await fetch(`${path.replace('ID', id)}?q=${id}`, { method: verb, headers, ...body });
        await answer.body?.cancel();
        expect(await scrapeText()).not.toContain('zzq');
      }),
      { numRuns: 60 },
    );
    // Routes, methods and classes of status, and no more.
    expect(series(await scrapeText())).toBeLessThan(160);
  });

  it('says how far behind the slowest stream is, and forgets it when it leaves', async () => {
    const { fetch, scrape, engine } = await begin({}, { serve: serveOnNode });
    const writer = await engine.open({ id: 'long' });
    const stream = new AbortController();
    // Nobody reads the body: the connection fills up, and the stream waits.
    await fetch('/runs/long/events', { signal: stream.signal });
    expect(sampleOf(await scrape(), 'sluice_http_lag_events')).toBe(0);
    const text = 'x'.repeat(50_000);
    for (let n = 0; n < 400; n++) writer.token(text);
    await untilAsked(async () => (sampleOf(await scrape(), 'sluice_http_lag_events') ?? 0) > 50, 'a lag');
    const scraped = await scrape();
    expect(sampleOf(scraped, 'sluice_http_streams')).toBe(1);
    expect(sampleOf(scraped, 'sluice_http_streams_behind')).toBe(1);
    stream.abort();
    await untilAsked(async () => sampleOf(await scrape(), 'sluice_http_streams') === 0, 'nobody');
    expect(sampleOf(await scrape(), 'sluice_http_lag_events')).toBe(0);
    await writer.complete();
  });
});

describe('a reader of metrics', () => {
  it.each([
    ['# HELP a b\n# TYPE a gauge\na 1', 'no end'],
    ['# HELP a_total b\n# TYPE a_total counter\na_total 1\na_total 2\n', 'a sample twice'],
    ['# HELP a b\n# TYPE a gauge\nb 1\n', 'another metric'],
    ['# HELP a b\n# TYPE a gauge\na{x="1",x="2"} 1\n', 'labels'],
    ['# HELP a b\n# TYPE a gauge\na{x="\n"} 1\n', 'no sample'],
    ['# HELP a b\n# TYPE a counter\na 1\n', 'without _total'],
    [
      '# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
      'shrinks',
    ],
  ])('refuses %j', (text, why) => {
    expect(() => readExposition(text)).toThrow(why);
  });
});
