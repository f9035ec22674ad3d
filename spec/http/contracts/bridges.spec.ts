import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { a2aQueue } from '../../../src/bridges/a2a-queue/a2a-queue.ts';
import { agUi } from '../../../src/bridges/ag-ui/ag-ui.ts';
import { aiSdkChat } from '../../../src/bridges/ai-sdk/ai-sdk-chat.ts';
import type { Bridge } from '../../../src/bridges/bridge.ts';
import { dockrion } from '../../../src/bridges/dockrion/dockrion.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { ROUTES } from '../../../src/http/routes.ts';
import { posted, serveOnNode, type Served } from '../adapters.ts';
import { servedEngine } from '../served-agents.ts';
import { AnswerCheck, operationsAt, type OpenApiDocument } from './validator.ts';

let engine: Engine;
let served: Served;
beforeEach(() => void (engine = servedEngine()));
afterEach(async () => {
  await engine.close();
  await served.close();
});

async function documentOf(...bridges: readonly Bridge[]): Promise<OpenApiDocument> {
  served = await serveOnNode(engine, { bridges });
  return (await (await served.fetch('/openapi.json')).json()) as OpenApiDocument;
}

/** Asks one address after the other, and checks what they answer against the document. */
async function asking(...bridges: readonly Bridge[]) {
  const document = await documentOf(...bridges);
  const check = new AnswerCheck(document);
  const reached = new Set<string>();
  const ask = async (method: string, pattern: string, path: string, init: RequestInit = {}) => {
    const answer = await served.fetch(path, { method, ...init });
    const type = answer.headers.get('content-type') ?? '';
    const text = await answer.text();
    const body: unknown = type.includes('json') ? JSON.parse(text) : text;
    const { status } = answer;
    expect([method, pattern, status, check.faults(pattern, method, { status, type, body })]).toEqual([
      ...[method, pattern, status],
      [],
    ]);
    reached.add(`${method} ${pattern} ${status}`);
  };
  const post = (pattern: string, path: string, body: unknown = {}) =>
    ask('POST', pattern, path, posted(body));
  return { document, reached, ask, post };
}

/** No address may be left out. */
function expectAll(document: OpenApiDocument, reached: ReadonlySet<string>, theirs: RegExp): void {
  const all = addressesIn(document).filter(address => theirs.test(address));
  expect(all.filter(address => !reached.has(`${address} 200`) && !reached.has(`${address} 202`))).toEqual([]);
}

const addressesIn = (document: OpenApiDocument): string[] =>
  Object.keys(document.paths).flatMap(path =>
    operationsAt(document, path).map(([method]) => `${method.toUpperCase()} ${path}`),
  );
const addressesOf = ({ at, routes }: { at: string; routes: Readonly<Record<string, object>> }): string[] =>
  Object.entries(routes).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method} ${at}${path}`),
  );
const bare = (path: string): string => path.replaceAll(/\{[^}]*\}/g, '{}');

const MOUNTED: readonly (readonly [string, () => readonly Bridge[]])[] = [
  ['both, each at its usual place', () => [dockrion({ agent: 'greet' }), a2aQueue()]],
  ['Dockrion at the root', () => [dockrion({ at: '' })]],
  ['the EventQueue elsewhere', () => [a2aQueue({ at: '/queues' })]],
  ['those of front ends', () => [agUi(), aiSdkChat()]],
];

describe('GET /openapi.json of a server with bridges', () => {
  it.each(MOUNTED)('is valid, and has their addresses: %s', async (_, make) => {
    const bridges = make();
    const document = await documentOf(...bridges);
    expect(await new Validator().validate({ ...document })).toMatchObject({ valid: true });
    const addresses = addressesIn(document);
    expect(addresses).toEqual(expect.arrayContaining(bridges.flatMap(addressesOf)));
    // Their addresses are theirs alone, whatever the parameters in them are called.
    const paths = Object.keys(document.paths).map(bare);
    expect(new Set(paths).size).toBe(paths.length);
    expect(new Set(paths)).toEqual(
      new Set([
        ...Object.keys(ROUTES).map(bare),
        ...bridges.flatMap(({ at, routes }) => Object.keys(routes).map(path => bare(at + path))),
      ]),
    );
    const ids = Object.keys(document.paths).flatMap(path =>
      operationsAt(document, path).map(([, { operationId }]) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([dockrion(), a2aQueue(), agUi(), aiSdkChat()])(
    'describes all that $name has, and nothing else',
    bridge => {
      expect(addressesOf({ at: bridge.at, routes: bridge.operations! })).toEqual(addressesOf(bridge));
    },
  );

  it('names what a bridge does not describe', async () => {
    const route = () => Promise.resolve({ status: 200, body: {} });
    const refusal: Bridge['refusal'] = ({ status, message }) => ({ status, body: message });
    const own = { name: 'own', at: '/own', refusal, routes: { '/a/{b}': { GET: route, POST: route } } };
    const document = await documentOf(own);
    expect(await new Validator().validate({ ...document })).toMatchObject({ valid: true });
    expect(addressesIn(document)).toEqual(expect.arrayContaining(['GET /own/a/{b}', 'POST /own/a/{b}']));
  });

  it('is what they answer', async () => {
    const { document, reached, ask, post } = await asking(dockrion({ agent: 'greet' }), a2aQueue());
    await post('/dockrion/invoke', '/dockrion/invoke', { to: 'you' });
    await post('/dockrion/invoke', '/dockrion/invoke?agent=fail');
    await post('/dockrion/invoke', '/dockrion/invoke?agent=absent');
    await post('/dockrion/invoke/stream', '/dockrion/invoke/stream');
    await post('/dockrion/runs', '/dockrion/runs?run_id=one');
    await post('/dockrion/runs', '/dockrion/runs?run_id=one');
    const run = '/dockrion/runs/{run_id}';
    await ask('GET', `${run}/events`, '/dockrion/runs/one/events');
    const { cursor } = await engine.events.tip('one');
    await ask('GET', `${run}/events`, '/dockrion/runs/one/events', { headers: { 'last-event-id': cursor } });
    await ask('GET', `${run}/events`, '/dockrion/runs/one/events?from_sequence=-1');
    await ask('GET', run, '/dockrion/runs/one');
    await ask('GET', run, '/dockrion/runs/absent');
    await ask('DELETE', run, '/dockrion/runs/one');
    await engine.start('wait', { id: 'two' });
    await ask('GET', '/events/queues', '/events/queues');
    await ask('GET', '/events/queues/{task_id}', '/events/queues/two');
    await ask('GET', '/events/queues/{task_id}', '/events/queues/absent');
    await ask('GET', '/events/queues/{task_id}/offset', '/events/queues/two/offset');
    await post('/events/workflows/{workflow_id}/cancel', '/events/workflows/two/cancel', { reason: 'r' });
    await post('/events/ingestion/{job_id}/cancel', '/events/ingestion/one/cancel');
    await ask('GET', '/events/workflows/{workflow_id}', '/events/workflows/two');
    await ask('GET', '/events/ingestion/{job_id}', '/events/ingestion/one');
    await engine.start('wait', { id: 'three' });
    await ask('DELETE', run, '/dockrion/runs/three');
    expectAll(document, reached, /dockrion|\/events\/[a-z]/);
  });

  it('is what those of front ends answer', async () => {
    const { document, reached, ask, post } = await asking(agUi({ agent: 'greet' }), aiSdkChat());
    const input = (runId: string, more: object = {}) => ({ threadId: 't', runId, messages: [], ...more });
    await post('/agui', '/agui', input('one'));
    await post('/agui', '/agui', { threadId: 't' });
    await post('/agui', '/agui', input('one', { messages: [{ id: 'm', role: 'user' }] }));
    await post('/agui', '/agui?agent=absent', input('two'));
    const resume = [{ interruptId: 'one:q', status: 'resolved' }];
    await post('/agui', '/agui', input('two', { resume }));
    await ask('GET', '/agui/{run_id}', '/agui/one');
    const { cursor } = await engine.events.tip('one');
    await ask('GET', '/agui/{run_id}', '/agui/one', { headers: { 'last-event-id': cursor } });
    await ask('GET', '/agui/{run_id}', '/agui/one?after=what%3F');
    await ask('GET', '/agui/{run_id}', '/agui/absent');
    await ask('DELETE', '/agui/{run_id}', '/agui/one');
    await engine.start('wait', { id: 'three' });
    await ask('DELETE', '/agui/{run_id}', '/agui/three');
    await post('/agui/{run_id}/cancel', '/agui/three/cancel');
    await post('/agui/{run_id}/cancel', '/agui/absent/cancel');

    const messages = [{ id: 'm', role: 'user', parts: [] }];
    const stream = '/api/chat/{chat_id}/stream';
    const stop = '/api/chat/{chat_id}/stop';
    await post('/api/chat', '/api/chat?agent=ask', { id: 'chat', messages });
    await post('/api/chat', '/api/chat', { id: 'chat', messages });
    await post('/api/chat', '/api/chat', { id: 'chat', messages: [] });
    await ask('GET', stream, '/api/chat/chat/stream');
    await ask('GET', stream, '/api/chat/chat/stream?after=what%3F');
    await ask('GET', stream, '/api/chat/absent/stream');
    await post(stop, '/api/chat/chat/stop');
    await engine.start('wait', { threadId: 'chat' });
    await ask('DELETE', stream, '/api/chat/chat/stream');
    await ask('DELETE', stream, '/api/chat/absent/stream');
    expectAll(document, reached, /agui|chat/);
  });
});
