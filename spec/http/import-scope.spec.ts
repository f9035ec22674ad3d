import { afterEach, describe, expect, it } from '@jest/globals';
import { hashApiKey, newApiKey } from '../../src/http/auth/api-key.ts';
import { apiKeys } from '../../src/http/auth/api-keys.ts';
import type { Scope } from '../../src/http/auth/principal.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { ADAPTERS, posted, type Served } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { jsonOf } from './json-of.ts';
import { servedEngine } from './served-agents.ts';

const BEGAN = '2020-01-02T03:04:05.000Z';
const keyOf = (...scopes: Scope[]) => {
  const { key } = newApiKey();
  return { key, entry: { hash: hashApiKey(key), subject: scopes.join(), scopes } };
};
const KEYS = {
  writer: keyOf('read', 'write'),
  importer: keyOf('read', 'write', 'import'),
  admin: keyOf('admin'),
};
const token = (content: string, time?: string) => ({
  type: 'token',
  data: { content },
  ...(time && { time }),
});

describe.each(Object.entries(ADAPTERS))('runs of the past, through a %s', (_, serve) => {
  let engine: Engine;
  let served: Served;
  afterEach(async () => {
    await engine.close();
    await served.close();
  });

  async function begin(): Promise<
    (who: keyof typeof KEYS, path: string, body: unknown) => Promise<Response>
  > {
    engine = servedEngine();
    const entries = Object.values(KEYS).map(({ entry }) => entry);
    served = await serve(engine, { authorize: apiKeys(entries) });
    return (who, path, body) =>
      served.fetch(path, posted(body, { authorization: `Bearer ${KEYS[who].key}` }));
  }

  it.each(['importer', 'admin'] as const)('are written by an %s', async who => {
    const post = await begin();
    expect((await post(who, '/runs', { id: 'past', startedAt: BEGAN })).status).toBe(202);
    const events = [token('a', '2020-01-02T03:05:00Z'), { type: 'complete', data: {} }];
    expect((await post(who, '/runs/past/events', { events })).status).toBe(200);
    const headers = { authorization: `Bearer ${KEYS.admin.key}` };
    const run = await jsonOf<object>(await served.fetch('/runs/past', { headers }));
    expect(run).toMatchObject({ startedAt: BEGAN, endedAt: '2020-01-02T03:05:00.000Z' });
  });

  it('take a scope of their own, for the run and for each time, and nothing is written without', async () => {
    const post = await begin();
    const refused = await post('writer', '/runs', { id: 'past', startedAt: BEGAN });
    expect(await expectProblem(refused, 403, 'FORBIDDEN')).toMatchObject({ details: { scope: 'import' } });
    await post('importer', '/runs', { id: 'past', startedAt: BEGAN });
    const events = [token('a'), token('b', BEGAN)];
    const timed = await post('writer', '/runs/past/events', { events });
    expect(await expectProblem(timed, 403, 'FORBIDDEN')).toMatchObject({
      details: { scope: 'import', index: 1 },
    });
    expect((await engine.events.search('past', { limit: 10 })).items).toHaveLength(1);
    expect((await post('writer', '/runs/past/events', { events: [token('a')] })).status).toBe(200);
  });

  it('are refused where they have no place', async () => {
    const post = await begin();
    await expectProblem(await post('admin', '/runs', { startedAt: 'then' }), 400, 'BAD_OPTION');
    const started = await post('admin', '/runs', { agent: 'greet', startedAt: BEGAN });
    await expectProblem(started, 400, 'BAD_OPTION');
    await post('admin', '/runs', { id: 'now' });
    const timed = await post('admin', '/runs/now/events', { events: [token('a', BEGAN)] });
    expect((await expectProblem(timed, 400, 'BAD_EVENT')).detail).toContain('startedAt');
  });
});
