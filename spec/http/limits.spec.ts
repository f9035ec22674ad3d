import { afterEach, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/engine/engine.ts';
import type { HandlerOptions } from '../../src/http/options.ts';
import { memoryPolicyStore } from '../../src/control/memory-policy-store.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf } from '../support/code-of.ts';
import { untilAsked } from '../support/settle.ts';
import { ADAPTERS, posted, type Served } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { servedEngine } from './served-agents.ts';

describe.each(Object.entries(ADAPTERS))('limits, by the %s', (_, serve) => {
  let engine: Engine | undefined;
  const open: Served[] = [];
  afterEach(async () => {
    await engine?.close();
    await Promise.all(open.splice(0).map(served => served.close()));
  });

  const clock = new ManualClock();
  /** Whoever says who it is. */
  const authorize: HandlerOptions['authorize'] = ({ header }) => {
    const tenantId = header('x-tenant');
    return tenantId === undefined ? undefined : { subject: 'a', tenantId, scopes: ['admin'] };
  };
  async function begin(options: HandlerOptions): Promise<Served> {
    engine ??= servedEngine();
    const served = await serve(engine, { authorize, clock, ...options });
    open.push(served);
    return served;
  }
  const of = (tenant: string, more: object = {}) => ({ headers: { 'x-tenant': tenant, ...more } });

  it('hold for requests of a tenant in a second', async () => {
    engine = servedEngine();
    const { fetch } = await begin({ limits: { tenantRequests: 2 } });
    for (let n = 0; n < 4; n++) expect((await fetch('/runs', of('a'))).status).toBe(200);
    const refused = await fetch('/runs', of('a'));
    expect(refused.headers.get('retry-after')).toBe('1');
    await expectProblem(refused, 429, 'TOO_MANY_REQUESTS');
    expect((await fetch('/runs', of('b'))).status).toBe(200);
    expect((await fetch('/healthz')).status).toBe(200);
    clock.advance(1_000);
    expect((await fetch('/runs', of('a'))).status).toBe(200);
  });

  it('hold for several servers with one store', async () => {
    engine = servedEngine();
    const limits = { tenantRequests: 1, store: memoryPolicyStore({ clock }) };
    const [one, other] = [await begin({ limits }), await begin({ limits })];
    expect((await one.fetch('/runs', of('a'))).status).toBe(200);
    expect((await other.fetch('/runs', of('a'))).status).toBe(200);
    await expectProblem(await one.fetch('/runs', of('a')), 429, 'TOO_MANY_REQUESTS');
  });

  it('hold for streams that are open at once, until they are closed', async () => {
    engine = servedEngine();
    const { fetch } = await begin({ limits: { tenantConnections: 2 } });
    await engine.open({ id: 'run', tenantId: 'a' });
    const streams = [new AbortController(), new AbortController()];
    for (const { signal } of streams) {
      const stream = await fetch('/runs/run/events', { ...of('a'), signal });
      expect(stream.status).toBe(200);
      void stream.text().catch(() => undefined);
    }
    await expectProblem(await fetch('/runs', of('a')), 429, 'TOO_MANY_REQUESTS');
    await expectProblem(await fetch('/runs/run/events', of('a')), 429, 'TOO_MANY_REQUESTS');
    expect((await fetch('/runs', of('b'))).status).toBe(200);
    streams[0]!.abort();
    await untilAsked(async () => (await fetch('/runs', of('a'))).status === 200, 'a place');
    streams[1]!.abort();
  });

  it('hold for what is appended in a second', async () => {
    engine = servedEngine();
    const { fetch } = await begin({ limits: { tenantEvents: 10 } });
    await engine.open({ id: 'run', tenantId: 'a' });
    const events = Array.from({ length: 6 }, () => ({ type: 'token', data: { content: 'x' } }));
    const append = () => fetch('/runs/run/events', posted({ events, flush: true }, { 'x-tenant': 'a' }));
    expect((await append()).status).toBe(200);
    await expectProblem(await append(), 429, 'TOO_MANY_REQUESTS');
    clock.advance(1_000);
    expect((await append()).status).toBe(200);
    expect((await engine.events.tip('run', { tenantId: 'a' })).seq).toBe(13);
  });

  it('hold for unknown credentials from one address', async () => {
    engine = servedEngine();
    const { fetch } = await begin({ limits: { addressFailures: 3, proxies: 1 } });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': `10.0.0.1, ${address}` } });
    for (let n = 0; n < 3; n++)
      await expectProblem(await fetch('/runs', from('192.0.2.1')), 401, 'UNAUTHENTICATED');
    const refused = await fetch('/runs', of('a', from('192.0.2.1').headers));
    expect(refused.headers.get('retry-after')).toBe('60');
    await expectProblem(refused, 429, 'TOO_MANY_REQUESTS');
    // What the client made up in front of what the proxy saw helps nobody.
    const madeUp = { headers: { 'x-forwarded-for': '192.0.2.9, 192.0.2.1' } };
    await expectProblem(await fetch('/runs', madeUp), 429, 'TOO_MANY_REQUESTS');
    expect((await fetch('/runs', of('a', from('192.0.2.2').headers))).status).toBe(200);
    clock.advance(60_000);
    expect((await fetch('/runs', of('a', from('192.0.2.1').headers))).status).toBe(200);
  });

  it('are refused if they are none', async () => {
    engine = servedEngine();
    const tried = [
      { tenantRequests: 0 },
      { proxies: -1 },
      { tenantConnections: 1.5 },
      { addressFailures: Number.NaN },
    ];
    for (const limits of tried) expect(await codeOf(() => begin({ limits }))).toBe('BAD_OPTION');
  });

  it('let pages of other sites call that are named, and nobody else', async () => {
    engine = servedEngine();
    const cors = { origins: ['https://app.example.com'], credentials: true };
    const { fetch } = await begin({ cors });
    const origin = 'https://app.example.com';
    const allowed = await fetch('/runs', of('a', { origin }));
    expect(allowed.status).toBe(200);
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
    const asked = await fetch('/runs/x/events', { method: 'OPTIONS', headers: { origin } });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(asked.headers.get('access-control-allow-headers')).toContain('last-event-id');
    const problem = await fetch('/runs/absent', of('a', { origin }));
    expect(problem.headers.get('access-control-allow-origin')).toBe(origin);
    for (const other of [
      'https://evil.example.com',
      'http://app.example.com',
      'https://app.example.com.evil',
      'null',
    ]) {
      const refused = await fetch('/runs', of('a', { origin: other }));
      expect(refused.headers.get('access-control-allow-origin')).toBe(null);
      await expectProblem(refused, 403, 'FORBIDDEN_ORIGIN');
    }
    expect(await codeOf(() => begin({ cors: { origins: ['*'] } }))).toBe('BAD_OPTION');
  });
});
