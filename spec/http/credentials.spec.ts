import { afterEach, describe, expect, it } from '@jest/globals';
import { anyOf } from '../../src/http/auth/any-of.ts';
import { hashApiKey, newApiKey } from '../../src/http/auth/api-key.ts';
import { apiKeys, type ApiKey } from '../../src/http/auth/api-keys.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { HandlerOptions } from '../../src/http/options.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf } from '../support/code-of.ts';
import { ADAPTERS, posted, type Served } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { servedEngine } from './served-agents.ts';

const MINUTE = 60_000;
const [ours, theirs, reader] = [newApiKey(), newApiKey(), newApiKey()];
const KEYS: readonly ApiKey[] = [
  { hash: ours.hash, subject: 'us', tenantId: 'ours' },
  { hash: theirs.hash, subject: 'them', tenantId: 'theirs' },
  { hash: reader.hash, subject: 'reader', tenantId: 'ours', scopes: ['read'] },
];

describe.each(Object.entries(ADAPTERS))('credentials, by the %s', (_, serve) => {
  let engine: Engine | undefined;
  const open: Served[] = [];
  afterEach(async () => {
    await engine?.close();
    await Promise.all(open.splice(0).map(served => served.close()));
  });

  async function begin(options: HandlerOptions = {}): Promise<Served> {
    engine ??= servedEngine();
    const served = await serve(engine, { authorize: apiKeys(KEYS), ...options });
    open.push(served);
    return served;
  }
  const as = (key: string) => ({ authorization: `Bearer ${key}` });
  const statusOf = async (answer: Promise<Response>) => (await answer).status;

  it('are keys, in either header, each with its tenant and scopes', async () => {
    engine = servedEngine();
    const { fetch } = await begin();
    const start = (key: string, id: string) => fetch('/invoke/greet', posted({ id }, as(key)));
    expect(await statusOf(start(ours.key, 'mine'))).toBe(200);
    expect(await statusOf(fetch('/runs/mine', { headers: as(reader.key) }))).toBe(200);
    expect(await statusOf(fetch('/runs/mine', { headers: { 'x-api-key': reader.key } }))).toBe(200);
    expect(await statusOf(fetch('/runs/mine', { headers: as(theirs.key) }))).toBe(404);
    await expectProblem(await start(reader.key, 'other'), 403, 'FORBIDDEN');
    for (const key of [newApiKey().key, ours.hash, 'short', 'x'.repeat(10_000), '']) {
      await expectProblem(await fetch('/runs', { headers: as(key) }), 401, 'UNAUTHENTICATED');
    }
    await expectProblem(await fetch(`/runs?key=${ours.key}`), 401, 'UNAUTHENTICATED');
  });

  it('change without a restart', async () => {
    engine = servedEngine();
    let keys = KEYS;
    const { fetch } = await begin({ authorize: apiKeys(() => Promise.resolve(keys)) });
    expect(await statusOf(fetch('/runs', { headers: as(ours.key) }))).toBe(200);
    keys = KEYS.slice(1);
    await expectProblem(await fetch('/runs', { headers: as(ours.key) }), 401, 'UNAUTHENTICATED');
  });

  it('may be of several kinds', async () => {
    engine = servedEngine();
    const guest = { subject: 'guest', tenantId: 'guests', scopes: ['read'] } as const;
    const authorize = anyOf(apiKeys(KEYS), ({ header }) => (header('x-guest') ? guest : undefined));
    const { fetch } = await begin({ authorize });
    expect(await statusOf(fetch('/runs', { headers: as(ours.key) }))).toBe(200);
    expect(await statusOf(fetch('/runs', { headers: { 'x-guest': 'yes' } }))).toBe(200);
    await expectProblem(await fetch('/runs'), 401, 'UNAUTHENTICATED');
  });

  it('are tickets, for one request to read, of the runs that they name', async () => {
    engine = servedEngine();
    const clock = new ManualClock();
    const { fetch } = await begin({ clock });
    for (const id of ['a', 'b']) await (await fetch('/invoke/greet', posted({ id }, as(ours.key)))).text();
    const ticketFor = async (runIds?: readonly string[]): Promise<string> => {
      const answer = await fetch('/tickets', posted(runIds ? { runIds } : {}, as(ours.key)));
      expect(answer.status).toBe(201);
      return ((await answer.json()) as { ticket: string }).ticket;
    };
    const ticket = await ticketFor(['a']);
    expect(await statusOf(fetch(`/runs/a/events?ticket=${ticket}`))).toBe(200);
    const again = await expectProblem(await fetch(`/runs/a/events?ticket=${ticket}`), 401, 'UNAUTHENTICATED');
    expect(again.detail).toContain('used');
    await expectProblem(await fetch(`/runs/b?ticket=${await ticketFor(['a'])}`), 404, 'RUN_NOT_FOUND');
    await expectProblem(
      await fetch(`/events?runs=a,b&ticket=${await ticketFor(['a'])}`),
      404,
      'RUN_NOT_FOUND',
    );
    await expectProblem(await fetch(`/runs?ticket=${await ticketFor(['a'])}`), 403, 'FORBIDDEN');
    expect(await statusOf(fetch(`/runs?ticket=${await ticketFor()}`))).toBe(200);
    const posting = await fetch(`/invoke/greet?ticket=${await ticketFor()}`, posted({}));
    await expectProblem(posting, 401, 'UNAUTHENTICATED');
    const late = await ticketFor();
    clock.advance(MINUTE);
    await expectProblem(await fetch(`/runs?ticket=${late}`), 401, 'UNAUTHENTICATED');
    for (const odd of ['', '.', 'e30.e30', `${late.split('.')[0]}.${'A'.repeat(43)}`])
      await expectProblem(await fetch(`/runs?ticket=${odd}`), 401, 'UNAUTHENTICATED');
  });

  it('are sessions, which other sites cannot use', async () => {
    engine = servedEngine();
    const clock = new ManualClock();
    const grants = { secret: 's'.repeat(32) };
    const { fetch } = await begin({ clock, grants });
    const begun = await fetch('/session', posted({}, as(reader.key)));
    expect(await begun.json()).toMatchObject({ subject: 'reader', tenantId: 'ours', scopes: ['read'] });
    const cookie = begun.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^sluice_session=[\w.-]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Strict$/);
    const headers = { cookie: `theme=dark; ${cookie.split(';')[0]}` };
    expect(await statusOf(fetch('/runs', { headers }))).toBe(200);
    await expectProblem(await fetch('/invoke/greet', posted({}, headers)), 403, 'FORBIDDEN');
    const told = async (init?: RequestInit) => (await (await fetch('/session', init)).json()) as unknown;
    expect(await told()).toEqual({ required: true });
    expect(await told({ headers: as(newApiKey().key) })).toEqual({ required: true });
    const us = { required: true, subject: 'reader', tenantId: 'ours', scopes: ['read'] };
    expect(await told({ headers: as(reader.key) })).toEqual({ ...us, hasCookie: false });
    expect(await told({ headers })).toEqual({ ...us, hasCookie: true, expiresAt: expect.any(String) });
    const foreign = await fetch('/runs', { headers: { ...headers, origin: 'http://evil.example' } });
    await expectProblem(foreign, 403, 'FORBIDDEN_ORIGIN');
    // A ticket is no session.
    const { ticket } = (await (await fetch('/tickets', posted({}, headers))).json()) as { ticket: string };
    const asCookie = { cookie: `sluice_session=${ticket}` };
    await expectProblem(await fetch('/runs', { headers: asCookie }), 401, 'UNAUTHENTICATED');
    // Another server with the same secret knows it, one with another does not.
    expect(await statusOf((await begin({ clock, grants })).fetch('/runs', { headers }))).toBe(200);
    expect(await statusOf((await begin({ clock })).fetch('/runs', { headers }))).toBe(401);
    const ended = await fetch('/session', { method: 'DELETE', headers });
    expect([ended.status, ended.headers.get('set-cookie')]).toEqual([
      204,
      expect.stringContaining('Max-Age=0'),
    ]);
    clock.advance(60 * MINUTE);
    await expectProblem(await fetch('/runs', { headers }), 401, 'UNAUTHENTICATED');
    expect(await told({ headers })).toEqual({ required: true });
  });

  it('are none where nobody is asked', async () => {
    engine = servedEngine();
    const { fetch } = await begin({ authorize: undefined });
    expect(await (await fetch('/session')).json()).toMatchObject({ required: false, subject: 'everybody' });
  });

  it('cannot be guessed by asking who one is', async () => {
    engine = servedEngine();
    const { fetch } = await begin({ limits: { addressFailures: 3, proxies: 1 } });
    const guess = () => ({ ...as(newApiKey().key), 'x-forwarded-for': '192.0.2.1' });
    for (let n = 0; n < 3; n++) expect(await statusOf(fetch('/session', { headers: guess() }))).toBe(200);
    await expectProblem(await fetch('/session', { headers: guess() }), 429, 'TOO_MANY_REQUESTS');
  });
});

describe('keys', () => {
  it.each<[string, object]>([
    ['no list', {}],
    ['a key instead of its hash', [{ hash: newApiKey().key, subject: 'a' }]],
    ['no subject', [{ hash: ours.hash }]],
    ['an odd tenant', [{ hash: ours.hash, subject: 'a', tenantId: '..' }]],
    ['an odd scope', [{ hash: ours.hash, subject: 'a', scopes: ['all'] }]],
    ['an odd time', [{ hash: ours.hash, subject: 'a', expiresAt: 'tomorrow' }]],
    ['nothing', [null]],
  ])('are refused with %s', async (_, keys) => {
    expect(await codeOf(() => apiKeys(keys as ApiKey[]))).toBe('BAD_OPTION');
  });

  it('are never guessable', async () => {
    expect(await codeOf(() => hashApiKey('password'))).toBe('BAD_OPTION');
    expect(newApiKey().key).toMatch(/^sluice_[\w-]{43}$/);
    expect(hashApiKey(ours.key)).toBe(ours.hash);
  });
});
