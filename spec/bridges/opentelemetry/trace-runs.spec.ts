import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, SimpleSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { traceMetadata } from '../../../src/bridges/opentelemetry/trace-metadata.ts';
import { traceRuns } from '../../../src/bridges/opentelemetry/trace-runs.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import { createHandler } from '../../../src/http/create-handler.ts';
import { until } from '../../support/settle.ts';
import { traceLab } from './trace-lab.ts';

const TRACEPARENT = ['00', 'a'.repeat(32), 'b'.repeat(16), '01'].join('-');

const planner = defineAgent({
  name: 'planner',
  run: async ctx => {
    await ctx.node('plan', async () => {
      const prompt = { model: 'm-1', messages: [{ role: 'user', content: 'x' }] };
      const usage = () => ({ inputTokens: 12, outputTokens: 3 });
      await ctx.llm(prompt, () => 'go', { usage });
      await ctx.node('search', () => ctx.tool('web', { q: 'rx' }, () => ['found']));
    });
    ctx.token('done');
    return 'ok';
  },
});

describe('traceRuns', () => {
  it('makes a tree of spans, by the GenAI conventions', async () => {
    const engine = createEngine({ agents: [planner] });
    const lab = await traceLab(engine);
    const run = await engine.start('planner', { threadId: 't1' });
    await run.result;
    await lab.observation.flush();
    const spans = lab.spans();
    expect(spans.map(({ name, parent }) => `${parent ?? '-'} > ${name}`)).toEqual([
      'node plan > chat m-1',
      'node search > execute_tool web',
      'node plan > node search',
      'invoke_agent planner > node plan',
      '- > invoke_agent planner',
    ]);
    expect(spans[0]!.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm-1',
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.output_tokens': 3,
    });
    expect(spans[0]!.attributes).not.toHaveProperty('gen_ai.input.messages');
    expect([spans[0]!.span.kind, spans[1]!.span.kind]).toEqual([SpanKind.CLIENT, SpanKind.INTERNAL]);
    expect(spans[1]!.attributes).toMatchObject({
      ...{ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'web' },
    });
    expect(spans[4]!.attributes).toMatchObject({
      ...{ 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'planner' },
      ...{ 'gen_ai.conversation.id': 't1', 'sluice.run.id': run.id, 'sluice.tenant.id': 'default' },
    });
    for (const { span } of spans) expect(span.duration[0]).toBeGreaterThanOrEqual(0);
    await lab.close();
  });

  it('counts durations and tokens', async () => {
    const engine = createEngine({ agents: [planner] });
    const lab = await traceLab(engine, { provider: 'acme' });
    await (
      await engine.start('planner')
    ).result;
    await (
      await engine.start('planner')
    ).result;
    await lab.observation.flush();
    const common = { 'gen_ai.provider.name': 'acme' };
    const chat = { ...common, 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm-1' };
    expect(await lab.points('gen_ai.client.token.usage')).toEqual([
      expect.objectContaining({ attributes: { ...chat, 'gen_ai.token.type': 'input' }, sum: 24, count: 2 }),
      expect.objectContaining({ attributes: { ...chat, 'gen_ai.token.type': 'output' }, sum: 6, count: 2 }),
    ]);
    const durations = await lab.points('gen_ai.client.operation.duration');
    expect(durations.map(({ attributes, count }) => [attributes['gen_ai.operation.name'], count])).toEqual([
      ...[
        ['chat', 2],
        ['execute_tool', 2],
        ['invoke_agent', 2],
      ],
    ]);
    await lab.close();
  });

  it('tells failures, retries, vetoes and questions', async () => {
    const engine = createEngine({ grace: 0 });
    const lab = await traceLab(engine);
    const run = await engine.start(async ctx => {
      let tries = 0;
      await ctx
        .tool(
          'flaky',
          {},
          () => {
            if (tries++ === 0) throw Object.assign(new Error('later'), { code: 'EAGAIN' });
            return 1;
          },
          { attempts: 2 },
        )
        .catch(() => undefined);
      await ctx.ask('Go on?', { timeout: 1, default: true }).catch(() => undefined);
      throw Object.assign(new Error('no luck'), { name: 'Unlucky' });
    });
    await run.result.catch(() => undefined);
    await lab.observation.flush();
    const spans = lab.spans();
    const failed = spans.find(
      ({ status, name }) => name === 'execute_tool flaky' && status === SpanStatusCode.ERROR,
    )!;
    expect(failed.attributes['error.type']).toBe('_OTHER');
    expect(failed.span.status.message).toBe('later');
    const root = spans.at(-1)!;
    expect(root).toMatchObject({ name: 'invoke_agent', status: SpanStatusCode.ERROR });
    expect(root.attributes['error.type']).toBe('AGENT_ERROR');
    expect(root.events).toEqual(expect.arrayContaining(['ask']));
    await lab.close();
  });

  it('ends what is open where a run is cancelled', async () => {
    const engine = createEngine({ grace: 0 });
    const lab = await traceLab(engine);
    const run = await engine.start(ctx =>
      ctx.node('wait', () => ctx.tool('sleep', {}, () => new Promise(() => undefined))),
    );
    await until(() => run.status === 'running' && engine.observers.get(lab.observation.id)!.delivered > 2);
    await run.cancel('enough');
    await lab.observation.flush();
    const spans = lab.spans();
    expect(spans.at(-1)).toMatchObject({
      name: 'invoke_agent',
      attributes: { 'sluice.cancelled': true, 'sluice.reason': 'enough' },
    });
    expect(spans.map(({ name }) => name).sort()).toEqual(['execute_tool sleep', 'invoke_agent', 'node wait']);
    await lab.close();
  });

  it('goes on with the trace that a request came from', async () => {
    const engine = createEngine({ agents: [planner] });
    const lab = await traceLab(engine);
    const handle = createHandler(engine);
    const post = (headers: Record<string, string>): Promise<Response> =>
      handle(
        new Request('http://localhost/runs', {
          ...{ method: 'POST', body: '{"agent":"planner"}' },
          headers: { 'content-type': 'application/json', ...headers },
        }),
      );
    const key = { 'idempotency-key': 'k' };
    expect((await post({ traceparent: TRACEPARENT, tracestate: 'acme=1', ...key })).status).toBe(202);
    // Asked again from another span, it is the same run and no conflict.
    const again = ['00', 'a'.repeat(32), 'c'.repeat(16), '01'].join('-');
    expect((await post({ traceparent: again, ...key })).status).toBeLessThan(300);
    await until(() => engine.stats.liveRuns === 0, 'the end of the run');
    await lab.observation.flush();
    const roots = lab.spans().filter(({ name }) => name === 'invoke_agent planner');
    expect(roots).toHaveLength(1);
    expect([roots[0]!.span.spanContext().traceId, roots[0]!.parent]).toEqual([
      'a'.repeat(32),
      'b'.repeat(16),
    ]);
    expect(roots[0]!.span.parentSpanContext!.traceState!.serialize()).toBe('acme=1');
    await lab.close();
  });

  it.each([
    '',
    'x',
    `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`,
    `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  ])('begins a trace of its own where the origin says nothing: %j', async traceparent => {
    const engine = createEngine({ agents: [planner] });
    const lab = await traceLab(engine);
    await (
      await engine.start('planner', { metadata: { traceparent } })
    ).result;
    await lab.observation.flush();
    expect(lab.spans().at(-1)!.parent).toBeUndefined();
    await lab.close();
  });

  it('writes content only where it is asked for, masked', async () => {
    const canary = ['pass', 'phrase', '4711'].join('-');
    for (const content of [false, true]) {
      const engine = createEngine({ secrets: { KEY: canary } });
      const lab = await traceLab(engine, { content });
      const run = await engine.start(ctx => ctx.tool('web', { q: 'rx', key: canary }, () => [canary]));
      await run.result;
      await lab.observation.flush();
      const [tool] = lab.spans();
      const written = JSON.stringify(lab.spans().map(({ span: _, ...seen }) => seen));
      expect(written).not.toContain(canary);
      expect(tool!.attributes['gen_ai.tool.call.arguments']).toBe(
        content ? '{"q":"rx","key":"<secret:KEY>"}' : undefined,
      );
      await lab.close();
    }
  });

  it('holds nothing of runs that have ended, and ends what is open when it is closed', async () => {
    const engine = createEngine({ agents: [planner], grace: 0 });
    const lab = await traceLab(engine);
    await engine.open({ id: 'outside' });
    await engine.append('outside', [{ type: 'node.started', data: { name: 'a', attempt: 1 }, node: 'a' }]);
    await lab.observation.close();
    expect(
      lab
        .spans()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['invoke_agent', 'node a']);
    await lab.close();
  });

  it('says nothing of a trace where there is none, and else what makes a run part of it', async () => {
    expect(await traceMetadata()).toEqual({});
    new NodeTracerProvider().register();
    const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
    const within = trace.setSpanContext(ROOT_CONTEXT, spanContext);
    expect(await traceMetadata(within)).toEqual({ traceparent: TRACEPARENT });
    for (const global of [propagation, trace, context]) global.disable();
  });

  it('reaches whoever takes OTLP', async () => {
    const posted: { path: string | undefined; body: string }[] = [];
    const collector = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        posted.push({ path: request.url, body });
        response.setHeader('content-type', 'application/json').end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` });
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const meters = new MeterProvider({
      readers: [
        new PeriodicExportingMetricReader({
          exporter: new OTLPMetricExporter({ url: `${url}/v1/metrics` }),
          exportIntervalMillis: 3_600_000,
        }),
      ],
    });
    const engine = createEngine({ agents: [planner] });
    await traceRuns(engine, { tracer: provider.getTracer('s'), meter: meters.getMeter('s') });
    await (
      await engine.start('planner')
    ).result;
    await engine.close();
    await provider.shutdown();
    await meters.shutdown();
    await once(collector.close(), 'close');
    const all = (path: string): string =>
      posted.flatMap(post => (post.path === path ? [post.body] : [])).join('');
    for (const name of ['invoke_agent planner', 'execute_tool web', 'chat m-1']) {
      expect(all('/v1/traces')).toContain(`"name":"${name}"`);
    }
    expect(all('/v1/metrics')).toContain('gen_ai.client.token.usage');
  });
});
