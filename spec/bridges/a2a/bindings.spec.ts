import { describe, expect, it } from '@jest/globals';
import { ClientFactory, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client';
import { a2a } from '../../../src/bridges/a2a/a2a.ts';
import { bridgeLab } from '../bridge-lab.ts';
import { a2aEngine } from './a2a-agents.ts';
import { heard, said, stateName, taskIdOf, wordOf } from './a2a-client.ts';
import { servedTenants } from './tenants.ts';

const HEADERS = { 'a2a-version': '1.0', 'content-type': 'application/json' };

interface Body {
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: readonly unknown[];
    readonly details?: readonly unknown[];
  };
  readonly [member: string]: unknown;
}

describe('the bindings of A2A', () => {
  const lab = bridgeLab(() => a2aEngine(), a2a());

  const rpc = async (
    body: unknown,
    headers: Record<string, string> = HEADERS,
  ): Promise<{ status: number; body: Body }> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await lab.json('/a2a', { method: 'POST', body: text, headers });
    return answer as { status: number; body: Body };
  };
  const call = (method: string, params?: object) => rpc({ jsonrpc: '2.0', id: 7, method, params });
  const message = (text: string, more: object = {}): object => ({
    message: { messageId: `m-${text}`, role: 'ROLE_USER', parts: [{ text }], ...more },
  });

  it('show a card that may be kept', async () => {
    const card = await lab.fetch('/.well-known/agent-card.json');
    const etag = card.headers.get('etag')!;
    expect(card.headers.get('cache-control')).toContain('max-age=300');
    expect(await card.json()).toMatchObject({
      name: 'actor',
      supportedInterfaces: [
        { url: `${lab.server.url}/a2a`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
        { url: `${lab.server.url}/a2a/v1`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
      ],
      capabilities: { streaming: true, pushNotifications: true, extendedAgentCard: false },
      skills: [{ id: 'actor', description: 'Does what it is told.' }],
    });
    const again = await lab.fetch('/.well-known/agent-card.json', { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  it.each([
    ['JSONRPC', new JsonRpcTransportFactory()],
    ['HTTP+JSON', new RestTransportFactory()],
  ])('serve the same client over %s', async (binding, transport) => {
    const factory = new ClientFactory({ transports: [transport], preferredTransports: [binding] as never });
    const client = await factory.createFromUrl(lab.server.url);
    const all = await heard(client.sendMessageStream(said('say:a b')));
    expect(all.map(wordOf)).toEqual([
      ...['task SUBMITTED', 'WORKING', 'text:m=a', '+text:m=b', 'WORKING', 'output=?', 'COMPLETED'],
    ]);
    const id = taskIdOf(all);
    const task = await client.getTask({ id, tenant: '', historyLength: 0 });
    expect([stateName(task.status?.state), task.history]).toEqual(['COMPLETED', []]);
    const list = await client.listTasks({
      ...{ tenant: '', contextId: task.contextId, status: 3, pageToken: '', statusTimestampAfter: undefined },
      ...{ includeArtifacts: true, pageSize: 10 },
    });
    expect(list.tasks.map(found => [found.id, found.artifacts.length])).toEqual([[id, 2]]);
    expect(list).toMatchObject({ totalSize: 1, nextPageToken: '' });
    const stream = client.sendMessageStream(said('wait:'));
    const waiting = taskIdOf([(await stream.next()).value!]);
    const canceled = await client.cancelTask({ id: waiting, tenant: '', metadata: undefined });
    expect(stateName(canceled.status?.state)).toBe('CANCELED');
    expect(wordOf((await heard(stream)).at(-1)!)).toBe('CANCELED');
    await expect(heard(client.resubscribeTask({ id: waiting, tenant: '' }))).rejects.toMatchObject({
      name: 'UnsupportedOperationError',
    });
  });

  it('begin one task for one message, however often it comes', async () => {
    const [first, second] = await Promise.all([
      call('SendMessage', message('say:once')),
      call('SendMessage', message('say:once')),
    ]);
    const idOf = ({ body }: { body: Body }): unknown => (body['result'] as { task: { id: string } }).task.id;
    expect(idOf(first)).toBe(idOf(second));
    const other = await call('SendMessage', {
      message: { messageId: 'm-say:once', role: 'ROLE_USER', parts: [{ text: 'say:other' }] },
    });
    expect(other.body.error?.code).toBe(-32602);
  });

  it('take one answer for one question', async () => {
    const asked = await call('SendMessage', message('twice:Well?'));
    const { id } = (asked.body['result'] as { task: { id: string } }).task;
    const answer = { ...message('yes', { taskId: id }), configuration: { returnImmediately: true } };
    expect((await call('SendMessage', answer)).body.error).toBeUndefined();
    expect((await call('SendMessage', answer)).body.error?.code).toBe(-32004);
  });

  it.each([
    ['{', -32700],
    [[], -32600],
    [{ jsonrpc: '1.0', id: 1, method: 'GetTask' }, -32600],
    [{ jsonrpc: '2.0', id: 1, method: 'tasks/get' }, -32601],
    [{ jsonrpc: '2.0', id: 1, method: 'GetTask', params: {} }, -32602],
    [
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'SendMessage',
        params: { message: { messageId: 'm', role: 'ROLE_USER', parts: [] } },
      },
      -32602,
    ],
    [{ jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id: '../x' } }, -32001],
    [{ jsonrpc: '2.0', id: 1, method: 'CancelTask', params: { id: 'nobody' } }, -32001],
    [{ jsonrpc: '2.0', id: 1, method: 'SubscribeToTask', params: { id: 'nobody' } }, -32001],
    [{ jsonrpc: '2.0', id: 1, method: 'GetExtendedAgentCard' }, -32007],
  ])('refuse %j with %d', async (body, code) => {
    const answer = await rpc(body);
    expect(answer.status).toBe(200);
    expect(answer.body.error).toMatchObject({
      code,
      data: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', domain: 'a2a-protocol.org' }],
    });
  });

  it('refuse another version, and other content', async () => {
    const body = { jsonrpc: '2.0', id: 1, method: 'ListTasks' };
    const type = { 'content-type': 'application/json' };
    expect((await rpc(body, type)).body.error?.code).toBe(-32009);
    expect((await rpc(body, { ...type, 'a2a-version': '0.3' })).body.error?.code).toBe(-32009);
    expect((await rpc(body, { ...HEADERS, 'content-type': 'text/plain' })).body.error?.code).toBe(-32005);
    expect((await rpc(body)).body).toMatchObject({ id: 1, result: { tasks: [] } });
  });

  it('tell errors as REST does', async () => {
    const answer = await lab.fetch('/a2a/v1/tasks/nobody', { headers: HEADERS });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/a2a+json');
    expect(await answer.json()).toMatchObject({
      error: { code: 404, status: 'NOT_FOUND', details: [{ reason: 'TASK_NOT_FOUND' }] },
    });
  });

  it('stream with ids that EventSource and Last-Event-ID use', async () => {
    await call('SendMessage', { ...message('say:x y'), configuration: {} });
    const { runs } = await lab.engine.runs.list();
    const id = runs[0]!.runId;
    const open = (after: string) =>
      lab.stream(`/a2a/v1/tasks/${id}:subscribe`, { 'a2a-version': '1.0', 'last-event-id': after });
    const frames = await (await open('1')).ended();
    const ids = frames.map(frame => frame.id);
    // The output is a part of the last event, so it has a place within.
    expect(ids.at(-2)).toMatch(/\+1$/);
    for (const [at, place] of ids.entries()) {
      if (at === ids.length - 1) continue;
      const [task, ...rest] = await (await open(place!)).ended();
      expect(Object.keys(JSON.parse(task!.data!) as object)).toEqual(['task']);
      expect(rest).toEqual(frames.slice(at + 1));
    }
    expect((await open(ids.at(-1)!)).status).toBe(400);
    expect((await open('nonsense')).status).toBe(400);
  });

  it('keep secrets masked', async () => {
    lab.engine.secrets.add('CANARY', canary());
    const { body } = await call('SendMessage', message(`say:${canary()}`));
    expect(JSON.stringify(body)).not.toContain(canary());
    expect(JSON.stringify(body)).toContain('COMPLETED');
    const { body: refused } = await call('GetTask', { id: canary() });
    expect(JSON.stringify(refused)).not.toContain(canary());
    const failed = await call('SendMessage', message(`fail:${canary()}`));
    expect(JSON.stringify(failed.body)).not.toContain(canary());
  });
});

describe('tasks of tenants', () => {
  const hello = { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'say:hi' }] } };

  it('are nobody else’s, whatever a request says', () =>
    servedTenants(a2a(), async ({ ask }) => {
      const { body } = await ask('one', 'SendMessage', hello);
      const { id } = (body['result'] as { task: { id: string } }).task;
      await ask('two', 'SendMessage', hello);
      for (const tenant of [undefined, 'one', 'two']) {
        const { body: foreign } = await ask('two', 'GetTask', { id, tenant });
        const { body: absent } = await ask('two', 'GetTask', { id: id.replace(/.$/, 'x'), tenant });
        expect(foreign.error?.code).toBe(-32001);
        expect(foreign.error?.message.replaceAll(id, '')).toBe(
          absent.error?.message.replaceAll(id.replace(/.$/, 'x'), ''),
        );
      }
      expect((await ask('two', 'ListTasks', { tenant: 'one' })).body).toMatchObject({
        result: { tasks: [] },
      });
      expect((await ask('one', 'ListTasks', { tenant: 'one' })).body).toMatchObject({
        result: { totalSize: 1 },
      });
    }));

  it('need a credential that allows it; the card needs none', () =>
    servedTenants(a2a(), async ({ server, ask }) => {
      expect((await fetch(`${server.url}/.well-known/agent-card.json`)).status).toBe(200);
      expect((await ask('', 'ListTasks', {})).status).toBe(401);
      expect((await ask('one/read', 'SendMessage', hello)).status).toBe(403);
      expect((await ask('one/read', 'ListTasks', {})).status).toBe(200);
      expect((await ask('one/write', 'CancelTask', { id: 'x' })).status).toBe(403);
    }));
});

/** Of the shape of a key, and built here, so that it stands in no file. */
function canary(): string {
  return ['sk', 'live', 'a2a0canary0value0of0a0test'].join('_');
}
