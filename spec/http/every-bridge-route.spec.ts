import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { a2a } from '../../src/bridges/a2a/a2a.ts';
import { agUi } from '../../src/bridges/ag-ui/ag-ui.ts';
import { aiSdkChat } from '../../src/bridges/ai-sdk/ai-sdk-chat.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Principal } from '../../src/http/auth/principal.ts';
import { bridgeRoutes } from '../../src/http/bridge-routes.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { posted } from './adapters.ts';
import { servedEngine } from './served-agents.ts';

/** Bridges that refuse in the words of their protocols. */
const BRIDGES = [a2a(), agUi(), aiSdkChat()];
/** What says nothing of runs. */
const OPEN = ['GET /.well-known/agent-card.json'];
/** Which scope is needed is for the method to say that stands in the body. */
const RPC = 'POST /a2a';

interface Address {
  readonly method: string;
  readonly path: string;
  readonly isOpen: boolean;
}

const ADDRESSES: readonly Address[] = BRIDGES.map(bridgeRoutes).flatMap(routes =>
  Object.entries(routes).flatMap(([pattern, methods]) =>
    Object.entries(methods).map(([method, { scope }]) => ({
      method,
      path: pattern.replace(/\{\w+\}/g, 'theirs'),
      isOpen: scope === undefined,
    })),
  ),
);
const named = (addresses: readonly Address[]) =>
  addresses.map(address => [`${address.method} ${address.path}`, address] as const);

/** What asks for the run or the thread `theirs`, in the words of each protocol. */
function bodyFor({ method, path }: Address): object {
  if (path === '/a2a') return { jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id: 'theirs' } };
  if (path.endsWith(':send') || path.endsWith(':stream')) {
    const parts = [{ text: 'hi' }];
    return { message: { messageId: 'm', role: 'ROLE_USER', parts, taskId: 'theirs' } };
  }
  return method === 'POST' && path.includes('pushNotification') ? { url: 'https://example.com/' } : {};
}

describe('every route of a bridge', () => {
  const clock = new ManualClock();
  let engine: Engine;
  let handle: (request: Request) => Promise<Response>;
  const WHO: Readonly<Record<string, Principal>> = {
    ours: { subject: 'us', tenantId: 'ours', scopes: ['admin'] },
    nothing: { subject: 'nobody', tenantId: 'theirs', scopes: [] },
    past: { subject: 'late', tenantId: 'theirs', scopes: ['admin'], expiresAt: clock.now() },
  };
  beforeAll(async () => {
    engine = servedEngine();
    handle = createHandler(engine, {
      ...{ clock, limits: { addressFailures: Infinity }, bridges: BRIDGES },
      authorize: ({ header }) => WHO[header('authorization')?.replace(/^Bearer /, '') ?? ''],
    });
    const run = await engine.open({ id: 'theirs', tenantId: 'theirs', threadId: 'theirs' });
    await run.append([{ type: 'token', data: { content: 'private' } }], { flush: true });
  });
  afterAll(() => engine.close());

  const ask = (address: Address, who?: string): Promise<Response> => {
    const { method, path } = address;
    const headers: Record<string, string> = {
      'a2a-version': '1.0',
      ...(who !== undefined && { authorization: `Bearer ${who}` }),
    };
    const body = JSON.stringify(bodyFor(address)).replaceAll(
      'theirs',
      path.includes('absent') ? 'absent' : 'theirs',
    );
    const init = method === 'POST' ? posted(JSON.parse(body) as object, headers) : { method, headers };
    return handle(new Request(`http://localhost${path}`, init));
  };
  const seen = async (address: Address, who: string): Promise<unknown> => {
    const answer = await ask(address, who);
    const headers = Object.fromEntries(answer.headers);
    const requestId = headers['x-request-id'] ?? 'none';
    delete headers.date;
    const told = JSON.stringify({ status: answer.status, headers, text: await answer.text() });
    return JSON.parse(told.replaceAll('theirs', 'absent').replaceAll(requestId, 'request')) as unknown;
  };

  it('asks for a credential, but for those that say nothing of runs', () => {
    const open = ADDRESSES.filter(({ isOpen }) => isOpen);
    expect(open.map(({ method, path }) => `${method} ${path}`)).toEqual([...OPEN, RPC]);
    expect(ADDRESSES.length).toBeGreaterThan(15);
  });

  it.each(named(ADDRESSES.filter(({ isOpen }) => !isOpen)))(
    '%s lets in nobody without a good credential and its scope',
    async (__, address) => {
      for (const who of [undefined, 'unknown', 'past']) expect((await ask(address, who)).status).toBe(401);
      const refused = await ask(address, 'nothing');
      const text = await refused.text();
      // JSON-RPC and chats say it in a body, or say that there is nothing.
      expect([403, 200, 404]).toContain(refused.status);
      expect(text).not.toContain('private');
      if (refused.status === 200) expect(JSON.parse(text)).toHaveProperty('error');
    },
  );

  it.each(named(ADDRESSES.filter(({ path }) => path.includes('theirs'))))(
    '%s tells no foreign run from one that is not there',
    async (__, address) => {
      const absent = { ...address, path: address.path.replace('theirs', 'absent') };
      const foreign = await seen(address, 'ours');
      expect(foreign).toEqual(await seen(absent, 'ours'));
      expect(JSON.stringify(foreign)).not.toContain('private');
    },
  );

  it(`${RPC} keeps to both, whatever method is called`, async () => {
    const call = async (method: string, id: string, who?: string): Promise<unknown> => {
      const headers = { 'a2a-version': '1.0', ...(who !== undefined && { authorization: `Bearer ${who}` }) };
      const body = { jsonrpc: '2.0', id: 1, method, params: { id, taskId: id } };
      const answer = await handle(new Request('http://localhost/a2a', posted(body, headers)));
      return { status: answer.status, text: (await answer.text()).replaceAll('theirs', 'absent') };
    };
    for (const method of ['GetTask', 'CancelTask', 'SubscribeToTask', 'ListTaskPushNotificationConfigs']) {
      for (const who of [undefined, 'unknown', 'past']) {
        expect(await call(method, 'theirs', who)).toMatchObject({ status: 401 });
      }
      expect(await call(method, 'theirs', 'nothing')).toMatchObject({
        text: expect.stringContaining('"error"'),
      });
      const foreign = await call(method, 'theirs', 'ours');
      expect(foreign).toEqual(await call(method, 'absent', 'ours'));
      expect(foreign).toMatchObject({ text: expect.stringContaining('"error"') });
    }
  });

  it('has changed nothing of the run of another tenant', async () => {
    const { status } = await engine.runs.get('theirs', { tenantId: 'theirs' });
    const after = await engine.events.get('theirs', 3, { tenantId: 'theirs' });
    expect([status, after]).toEqual(['running', undefined]);
  });
});
