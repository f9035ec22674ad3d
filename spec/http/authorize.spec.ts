import { afterEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/http/auth/principal.ts';
import type { AuthorizeRequest } from '../../src/http/auth/authorize.ts';
import type { HandlerOptions } from '../../src/http/options.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { ADAPTERS, posted, type Served } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { servedEngine } from './served-agents.ts';

const HOUR = 3_600_000;

/** Every address that says something of runs, and the scope that it asks for. */
const GUARDED: readonly (readonly [method: string, path: string, scope: string])[] = [
  ['GET', '/agents', 'read'],
  ['POST', '/invoke/greet', 'write'],
  ['POST', '/invoke/greet/stream', 'write'],
  ['POST', '/runs', 'write'],
  ['GET', '/runs', 'read'],
  ['GET', '/runs/theirs', 'read'],
  ['GET', '/runs/theirs/events', 'read'],
  ['POST', '/runs/theirs/events', 'write'],
  ['GET', '/runs/theirs/state', 'read'],
  ['GET', '/runs/theirs/offset', 'read'],
  ['GET', '/runs/theirs/checkpoints', 'read'],
  ['POST', '/runs/theirs/cancel', 'cancel'],
  ['POST', '/runs/theirs/answers', 'write'],
  ['DELETE', '/runs/theirs', 'cancel'],
  ['GET', '/events?runs=theirs', 'read'],
  ['GET', '/stats', 'read'],
];

describe.each(Object.entries(ADAPTERS))('authorize, by the %s', (_, serve) => {
  let engine: Engine | undefined;
  let served: Served | undefined;
  afterEach(async () => {
    await engine?.close();
    await served?.close();
  });

  const clock = new ManualClock();
  const WHO: Readonly<Record<string, Principal>> = {
    ours: { subject: 'us', tenantId: 'ours', scopes: ['read', 'write', 'cancel'] },
    theirs: { subject: 'them', tenantId: 'theirs', scopes: ['admin'] },
    nothing: { subject: 'nobody', tenantId: 'theirs', scopes: [] },
    past: { subject: 'late', tenantId: 'theirs', scopes: ['admin'], expiresAt: clock.now() },
    odd: { subject: 'odd', tenantId: '../theirs', scopes: ['admin'] },
  };
  const authorize = ({ header }: AuthorizeRequest): Principal | undefined => {
    const name = header('authorization')?.replace(/^Bearer /, '') ?? '';
    if (name === 'broken') throw new Error('the table of keys is away');
    return WHO[name];
  };
  // With a name of its own a request is answered alike each time.
  const as = (name: string): Record<string, string> => ({
    authorization: `Bearer ${name}`,
    'x-request-id': 'one',
  });

  async function begin(options: HandlerOptions = {}): Promise<Served> {
    engine = servedEngine();
    served = await serve(engine, { authorize, clock, ...options });
    const started = await served.fetch('/invoke/greet', posted({ id: 'theirs' }, as('theirs')));
    await started.text();
    expect(started.status).toBe(200);
    return served;
  }

  const ask = (at: Served, method: string, path: string, headers: Record<string, string>) =>
    at.fetch(path, method === 'POST' ? posted(bodyFor(path), headers) : { method, headers });

  it.each(GUARDED)('%s %s', async (method, path, scope) => {
    const at = await begin();
    const none = await ask(at, method, path, {});
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    await expectProblem(none, 401, 'UNAUTHENTICATED');
    await expectProblem(await ask(at, method, path, as('unknown')), 401, 'UNAUTHENTICATED');
    await expectProblem(await ask(at, method, path, as('past')), 401, 'UNAUTHENTICATED');
    const refused = await expectProblem(await ask(at, method, path, as('nothing')), 403, 'FORBIDDEN');
    expect(refused.details).toEqual({ scope });
    const broken = await expectProblem(await ask(at, method, path, as('broken')), 500, 'INTERNAL');
    expect(JSON.stringify(broken)).not.toContain('table of keys');
    await expectProblem(await ask(at, method, path, as('odd')), 400, 'BAD_ID');
    if (!path.includes('theirs')) return;
    const foreign = await told(await ask(at, method, path, as('ours')));
    const absent = await told(await ask(at, method, path.replace('theirs', 'absent'), as('ours')));
    expect(foreign.status).toBe(404);
    expect(JSON.parse(JSON.stringify(foreign).replaceAll('theirs', 'absent'))).toEqual(absent);
  });

  it('lists a tenant its own runs alone', async () => {
    const at = await begin();
    const list = async (name: string): Promise<number> =>
      ((await (await at.fetch('/runs', { headers: as(name) })).json()) as { runs: unknown[] }).runs.length;
    expect([await list('ours'), await list('theirs')]).toEqual([0, 1]);
    const count = async (name: string): Promise<unknown> =>
      ((await (await at.fetch('/stats', { headers: as(name) })).json()) as { total: unknown }).total;
    expect([await count('ours'), await count('theirs')]).toEqual([0, 1]);
  });

  it('needs nothing for what tells nothing of runs', async () => {
    const at = await begin({ page: '<title>Runs</title>' });
    for (const path of ['/', '/healthz']) expect((await at.fetch(path)).status).toBe(200);
  });

  it.each([
    ['the credential expires', { expiresAt: clock.now() + HOUR }, {}],
    ['the stream is old', {}, { streamAge: HOUR }],
  ])('ends a stream when %s, behind its cursor', async (__, change, options) => {
    const short: Principal = { ...WHO.theirs!, ...change };
    const at = await begin({ ...options, authorize: () => short });
    const run = await engine!.open({ id: 'open', tenantId: 'theirs' });
    const stream = await at.fetch('/runs/open/events');
    expect(stream.status).toBe(200);
    const chunks = stream.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    await run.append([{ type: 'token', data: { content: 'before' } }], { flush: true });
    let text = '';
    for (; !text.includes('before'); text += (await chunks.next()).value as string);
    clock.advance(HOUR + 10_000);
    for (let chunk = await chunks.next(); !chunk.done; chunk = await chunks.next()) text += chunk.value;
    expect(text).toMatch(/before[^]*\nid: \S+\n\n(?:: heartbeat\n\n)*retry: \d+\n\n$/);
    expect((await engine!.runs.get('open', { tenantId: 'theirs' })).status).toBe('running');
  });
});

function bodyFor(path: string): object {
  if (path.endsWith('/events')) return { events: [{ type: 'token', data: { text: 'hi' } }] };
  return path.endsWith('/answers') ? { askId: 'a', value: 1 } : {};
}

async function told(answer: Response): Promise<{ status: number; headers: unknown; body: string }> {
  const headers = Object.fromEntries(answer.headers);
  delete headers.date;
  delete headers['content-length'];
  return { status: answer.status, headers, body: await answer.text() };
}
