import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Engine } from '../../../src/engine/engine.ts';
import { OPERATIONS } from '../../../src/http/contracts/operations.ts';
import type { HandlerOptions } from '../../../src/http/options.ts';
import { ROUTES } from '../../../src/http/routes.ts';
import { untilAsked } from '../../support/settle.ts';
import { posted, serveOnNode, type Served } from '../adapters.ts';
import { servedEngine } from '../served-agents.ts';
import { AnswerCheck, operationsAt, type OpenApiDocument } from './validator.ts';

const GUARD: HandlerOptions = {
  authorize: ({ header }) =>
    header('authorization') === 'Bearer good'
      ? { subject: 'ann', tenantId: 'default', scopes: ['admin'] }
      : undefined,
};

let engine: Engine;
const servers: Served[] = [];
beforeAll(() => {
  engine = servedEngine();
});
afterAll(async () => {
  await engine.close();
  for (const served of servers) await served.close();
});

async function serve(options?: HandlerOptions): Promise<Served> {
  const served = await serveOnNode(engine, options);
  servers.push(served);
  return served;
}

async function documentOf(options: HandlerOptions = {}): Promise<OpenApiDocument> {
  const served = await serve(options);
  const answer = await served.fetch(`${options.basePath ?? ''}/openapi.json`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as OpenApiDocument;
}

const addressesOf = (table: Readonly<Record<string, object>>): string[] =>
  Object.entries(table)
    .flatMap(([path, methods]) => Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`))
    .sort();

describe('GET /openapi.json', () => {
  it.each([
    ['a server that asks nobody', {}],
    ['one that asks for a credential', GUARD],
    ['one below a path', { basePath: '/api/runs' }],
  ])('is valid OpenAPI 3.1, of %s', async (_, options) => {
    const result = await new Validator().validate({ ...(await documentOf(options)) });
    expect(result).toMatchObject({ valid: true });
  });

  it('describes all there is, and nothing else', async () => {
    const document = await documentOf();
    expect(addressesOf(OPERATIONS)).toEqual(addressesOf(ROUTES));
    const described = Object.keys(document.paths).flatMap(path =>
      operationsAt(document, path).map(([method]) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(addressesOf(ROUTES));
  });

  it('names each operation once', async () => {
    const document = await documentOf();
    const ids = Object.keys(document.paths).flatMap(path =>
      operationsAt(document, path).map(([, { operationId }]) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says where the routes are mounted', async () => {
    expect((await documentOf({ basePath: '/api/runs' })).servers).toEqual([{ url: '/api/runs' }]);
    expect((await documentOf()).servers).toEqual([{ url: '/' }]);
  });

  it('says who may ask, as the routes do', async () => {
    const document = await documentOf(GUARD);
    for (const [path, methods] of Object.entries(ROUTES)) {
      for (const [method, { scope, isGreeting }] of Object.entries(methods)) {
        const { security = [], responses } = document.paths[path]![method.toLowerCase()]!;
        const scopes = new Set(security.flatMap(one => Object.values(one).flat()));
        expect([path, method, [...scopes]]).toEqual([path, method, scope === undefined ? [] : [scope]]);
        expect(security.length > 0).toBe(scope !== undefined || isGreeting === true);
        expect('401' in responses).toBe(scope !== undefined);
        for (const name of security.flatMap(one => Object.keys(one))) {
          expect(document.components.securitySchemes).toHaveProperty(name);
        }
        if (method !== 'GET') expect(security.some(one => 'ticket' in one)).toBe(false);
      }
    }
    const open = await documentOf();
    expect(open.components.securitySchemes).toBeUndefined();
    expect(JSON.stringify(open)).not.toContain('"security"');
  });

  it('asks nobody who it is, and tells nothing of what is served', async () => {
    const document = JSON.stringify(await documentOf(GUARD));
    expect(engine.agentInfos.map(({ name }) => name)).toEqual(expect.arrayContaining(['greet', 'time-out']));
    for (const secret of ['greet', 'time-out', 'Says hello']) expect(document).not.toContain(secret);
  });
});

describe('a running server', () => {
  /** Requests by what answers them; together they reach every answer that is documented as going well. */
  async function* answers(served: Served) {
    const ask = async (method: string, pattern: string, path: string, init: RequestInit = {}) => {
      const answer = await served.fetch(path, { method, ...init });
      const type = answer.headers.get('content-type') ?? '';
      if (path.startsWith('/runs') && type.startsWith('text/event-stream') && pattern === '/runs') {
        await answer.body!.cancel();
        return { method, pattern, status: answer.status, type, body: undefined };
      }
      const text = await answer.text();
      const body: unknown = type.includes('json') && !type.includes('ndjson') ? JSON.parse(text) : text;
      return { method, pattern, status: answer.status, type, body };
    };
    const accept = (type: string): RequestInit => ({ headers: { accept: type } });
    const post = (pattern: string, path: string, body: unknown) => ask('POST', pattern, path, posted(body));

    yield ask('GET', '/', '/');
    for (const path of ['/healthz', '/readyz', '/metrics', '/agents', '/openapi.json', '/asyncapi.json']) {
      yield ask('GET', path, path);
    }
    yield ask('GET', '/metrics', '/metrics', accept('application/openmetrics-text'));
    yield post('/invoke', '/invoke', { agent: 'greet', input: { a: 1 } });
    yield post('/invoke/{agent}', '/invoke/greet', {
      ...{ id: 'ended', threadId: 't', labels: { a: 'b' }, metadata: { m: [1] }, input: 'in' },
    });
    yield post('/invoke/{agent}', '/invoke/fail', { id: 'failed' });
    yield post('/invoke/{agent}', '/invoke/absent', {});
    yield post('/invoke/{agent}', '/invoke/greet', { id: 'ended' });
    yield post('/invoke/{agent}', '/invoke/greet', { more: 1 });
    yield post('/invoke/stream', '/invoke/stream', { agent: 'greet' });
    yield post('/invoke/{agent}/stream', '/invoke/greet/stream', {});
    yield post('/runs', '/runs', { agent: 'wait', id: 'waiting' });
    yield post('/runs', '/runs', { agent: 'ask', id: 'asking' });
    yield post('/runs', '/runs', { id: 'outside', parentId: 'ended' });
    yield ask('GET', '/runs', '/runs');
    yield ask('GET', '/runs', '/runs?limit=1');
    yield ask('GET', '/runs', '/runs?status=nothing');
    yield ask('GET', '/runs', '/runs', accept('text/event-stream'));
    for (const id of ['ended', 'failed', 'waiting', 'outside', 'absent']) {
      yield ask('GET', '/runs/{id}', `/runs/${id}`);
    }
    const events = [
      { type: 'pipeline.started', data: { name: 'p', waves: 1, nodes: 1 } },
      { type: 'wave.started', data: { index: 0, nodes: ['n'] } },
      { type: 'node.started', data: { name: 'n', attempt: 1 }, node: 'n' },
      { type: 'tool.called', data: { callId: 'c', tool: 't', args: { a: 1 } } },
      { type: 'tool.failed', data: { callId: 'c', error: 'no', willRetry: true } },
      { type: 'llm.prompt', data: { callId: 'l', messages: ['hi'] } },
      { type: 'llm.response', data: { callId: 'l', response: 'ho', durationMs: 3 } },
      { type: 'token', data: { content: 'a', messageId: 'm', role: 'r', finishReason: 'stop' } },
      { type: 'step', data: { name: 's' } },
      { type: 'progress', data: { fraction: 0.5 } },
      { type: 'artifact', data: { artifactId: 'x', artifactType: 'text', data: 'y' } },
      { type: 'checkpoint', data: { name: 'c', data: [1] } },
      { type: 'action', data: { kind: 'click' } },
      { type: 'custom:fraud', data: { score: 1 }, source: 'environment', metadata: { k: 'v' } },
      { type: 'error', data: { code: 'X', message: 'soft', recoverable: true } },
    ];
    const appended = '/runs/{id}/events';
    yield post(appended, '/runs/outside/events', { events, flush: true });
    yield ask('POST', appended, '/runs/outside/events?flush=true', {
      headers: { 'content-type': 'application/x-ndjson' },
      body: '{"type":"token","data":{"content":"b"}}\n',
    });
    yield post(appended, '/runs/outside/events', { events: [{ type: 'started', data: {} }] });
    yield post(appended, '/runs/waiting/events', { events });
    yield post(appended, '/runs/absent/events', { events });
    for (const id of ['outside', 'asking', 'ended', 'failed']) {
      yield ask('GET', '/runs/{id}/state', `/runs/${id}/state`);
    }
    yield ask('GET', '/runs/{id}/offset', '/runs/outside/offset');
    yield ask('GET', '/runs/{id}/checkpoints', '/runs/outside/checkpoints');
    yield post(appended, '/runs/outside/events', { events: [{ type: 'complete', data: { output: 1 } }] });
    yield ask('GET', appended, '/runs/outside/events');
    yield ask('GET', appended, '/runs/outside/events?after=999', accept('application/json'));
    yield ask('GET', appended, '/runs/outside/events?after=x', accept('application/json'));
    for (const type of ['application/json', 'application/x-ndjson']) {
      yield ask('GET', appended, '/runs/outside/events', accept(type));
    }
    const { cursor } = (await (await served.fetch('/runs/outside/offset')).json()) as { cursor: string };
    yield ask('GET', appended, `/runs/outside/events?after=${cursor}`);
    yield ask('GET', '/events', '/events?runs=outside,ended');
    const { cursor: other } = (await (await served.fetch('/runs/ended/offset')).json()) as {
      cursor: string;
    };
    yield ask('GET', '/events', `/events?runs=outside,ended&after=outside=${cursor},ended=${other}`);
    yield ask('GET', '/events', '/events');
    const asked = (await (
      await served.fetch('/runs/asking/events?filter=ask', accept('application/json'))
    ).json()) as { items: { data: { askId?: string } }[] };
    const askId = asked.items.find(({ data }) => data.askId !== undefined)?.data.askId;
    yield post('/runs/{id}/answers', '/runs/asking/answers', { askId, value: 'no boolean' });
    yield post('/runs/{id}/answers', '/runs/asking/answers', { askId, value: true, by: 'ann' });
    yield post('/runs/{id}/answers', '/runs/asking/answers', { askId: 'absent', value: true });
    yield post('/runs/{id}/cancel', '/runs/waiting/cancel', { reason: 'enough' });
    await untilAsked(async () => {
      const { status } = (await (await served.fetch('/runs/waiting')).json()) as { status: string };
      return status === 'cancelled';
    });
    yield post('/runs/{id}/cancel', '/runs/waiting/cancel', {});
    yield post('/runs/{id}/cancel', '/runs/ended/cancel', {});
    yield post('/runs', '/runs', { agent: 'wait', id: 'doomed' });
    yield ask('DELETE', '/runs/{id}', '/runs/doomed');
    yield ask('DELETE', '/runs/{id}', '/runs/ended');
    yield ask('GET', '/stats', '/stats');
    yield post('/tickets', '/tickets', { runIds: ['outside'] });
    yield ask('POST', '/session', '/session');
    yield ask('GET', '/session', '/session');
    yield ask('DELETE', '/session', '/session');
  }

  it('answers as documented, in every way that is documented as going well', async () => {
    const served = await serve({ page: '<title>Runs</title>' });
    const document = (await (await served.fetch('/openapi.json')).json()) as OpenApiDocument;
    const check = new AnswerCheck(document);
    const reached = new Set<string>();
    for await (const { method, pattern, ...answer } of answers(served)) {
      const type = answer.type.split(';')[0];
      expect([method, pattern, answer.status, type, check.faults(pattern, method, answer)]).toEqual([
        ...[method, pattern, answer.status, type],
        [],
      ]);
      reached.add(`${method} ${pattern} ${answer.status} ${type}`);
    }
    const documented = Object.keys(document.paths).flatMap(path =>
      operationsAt(document, path).flatMap(([method, { responses }]) =>
        Object.entries(responses)
          .filter(([status]) => status.startsWith('2'))
          .flatMap(([status, { content }]) =>
            Object.keys(content ?? { '': {} }).map(
              type => `${method.toUpperCase()} ${path} ${status} ${type}`,
            ),
          ),
      ),
    );
    expect(documented.filter(one => !reached.has(one))).toEqual([]);
  });
});
