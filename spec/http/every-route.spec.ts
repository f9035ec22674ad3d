import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Backend } from '../../src/backends/backend.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import { a2aQueue } from '../../src/bridges/a2a-queue/index.ts';
import { dockrion } from '../../src/bridges/dockrion/index.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Principal } from '../../src/http/auth/principal.ts';
import { bridgeRoutes } from '../../src/http/bridge-routes.ts';
import type { Routes } from '../../src/http/route-table.ts';
import { ROUTES } from '../../src/http/routes.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { ADAPTERS, posted, type Served } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { servedEngine } from './served-agents.ts';

const BRIDGES = [dockrion(), a2aQueue()];
/** Where a run is named in the query. */
const QUERIES: Readonly<Record<string, string>> = { '/events': '?runs=theirs' };
/** What says nothing of runs. A route that is new and unguarded has to be added here by somebody who thought of it. */
const OPEN = [
  ...['GET /', 'GET /healthz', 'GET /readyz', 'GET /session', 'DELETE /session'],
  ...['GET /openapi.json', 'GET /asyncapi.json'],
];

interface Address {
  readonly method: string;
  readonly path: string;
  readonly scope: string | undefined;
}

const ADDRESSES: readonly Address[] = [ROUTES, ...BRIDGES.map(bridgeRoutes)].flatMap((routes: Routes) =>
  Object.entries(routes).flatMap(([pattern, methods]) =>
    Object.entries(methods).map(([method, { scope }]) => ({
      ...{ method, scope },
      path: pattern.replace('{agent}', 'greet').replace(/\{\w+\}/g, 'theirs') + (QUERIES[pattern] ?? ''),
    })),
  ),
);
const OWN = new Set(Object.keys(ROUTES));
const isBridged = ({ path }: Address): boolean =>
  !OWN.has(path.replace(/\?.*/, '').replace('theirs', '{id}'));
const GUARDED = ADDRESSES.filter(({ scope }) => scope !== undefined);
const OF_RUNS = GUARDED.filter(({ path }) => path.includes('theirs'));
const named = (addresses: readonly Address[]) =>
  addresses.map(address => [`${address.method} ${address.path}`, address] as const);

/** Counts what is asked of a backend, as a stand-in for how long it takes. */
function countedBackend(): Backend & { readonly calls: () => number } {
  const backend = memoryBackend();
  let calls = 0;
  const counted = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          calls++;
          return Reflect.apply(value, target, args);
        };
      },
    });
  return { ...backend, log: counted(backend.log), directory: counted(backend.directory), calls: () => calls };
}

describe.each(Object.entries(ADAPTERS))('every route, by the %s', (_, serve) => {
  const clock = new ManualClock();
  const backend = countedBackend();
  let engine: Engine;
  let served: Served;
  const WHO: Readonly<Record<string, Principal>> = {
    ours: { subject: 'us', tenantId: 'ours', scopes: ['admin'] },
    nothing: { subject: 'nobody', tenantId: 'theirs', scopes: [] },
    past: { subject: 'late', tenantId: 'theirs', scopes: ['admin'], expiresAt: clock.now() },
    other: { subject: 'one run', tenantId: 'theirs', scopes: ['admin'], runIds: ['another'] },
  };
  beforeAll(async () => {
    engine = servedEngine({ backend });
    const limits = { addressFailures: Infinity };
    served = await serve(engine, {
      ...{ clock, limits, bridges: BRIDGES },
      authorize: ({ header }) => WHO[header('authorization')?.replace(/^Bearer /, '') ?? ''],
    });
    // One that lives: whoever gets through can change it.
    const run = await engine.open({ id: 'theirs', tenantId: 'theirs' });
    await run.append([{ type: 'token', data: { content: 'private' } }], { flush: true });
  });
  afterAll(async () => {
    await engine.close();
    await served.close();
  });

  const ask = ({ method, path }: Address, who?: string): Promise<Response> => {
    const headers: Record<string, string> = who === undefined ? {} : { authorization: `Bearer ${who}` };
    return served.fetch(path, method === 'POST' ? posted(bodyFor(path), headers) : { method, headers });
  };
  /** All that a client sees, and what it cost. */
  const seen = async (address: Address, who: string): Promise<unknown> => {
    const before = backend.calls();
    const answer = await ask(address, who);
    const text = await answer.text();
    const headers = Object.fromEntries(answer.headers);
    delete headers.date;
    // Another one for every request, whatever it asks for.
    const requestId = headers['x-request-id'] ?? 'none';
    const told = { status: answer.status, headers, text, calls: backend.calls() - before };
    // The two ids are equally long.
    return JSON.parse(JSON.stringify(told).replaceAll('theirs', 'absent').replaceAll(requestId, 'request'));
  };

  it('asks for a credential, but for those that say nothing of runs', () => {
    expect(GUARDED.length).toBeGreaterThan(20);
    const open = ADDRESSES.filter(({ scope }) => scope === undefined);
    expect(open.map(({ method, path }) => `${method} ${path}`).filter(name => !OPEN.includes(name))).toEqual(
      [],
    );
  });

  it.each(named(GUARDED))(
    '%s lets in nobody without a good credential and its scope',
    async (__, address) => {
      const before = backend.calls();
      for (const who of [undefined, 'unknown', 'past']) {
        const answer = await ask(address, who);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
        await expectProblem(answer, 401, 'UNAUTHENTICATED');
      }
      const refused = await expectProblem(await ask(address, 'nothing'), 403, 'FORBIDDEN');
      expect(refused.details).toEqual({ scope: address.scope });
      // Refused before anything was looked up.
      expect(backend.calls()).toBe(before);
    },
  );

  it.each(named(OF_RUNS))('%s tells no foreign run from one that is not there', async (__, address) => {
    const absent = { ...address, path: address.path.replace('theirs', 'absent') };
    for (const who of ['ours', 'other']) {
      const foreign = await seen(address, who);
      // A credential for single runs is refused by bridges whatever it names.
      const isRefused = who === 'other' && isBridged(address);
      expect(foreign).toMatchObject({ status: isRefused ? 403 : 404 });
      expect(foreign).toEqual(await seen(absent, who));
      expect(JSON.stringify(foreign)).not.toContain('private');
    }
  });

  it('has changed nothing of the run of another tenant', async () => {
    const { status } = await engine.runs.get('theirs', { tenantId: 'theirs' });
    const after = await engine.events.get('theirs', 3, { tenantId: 'theirs' });
    expect([status, after]).toEqual(['running', undefined]);
  });
});

function bodyFor(path: string): object {
  if (path.endsWith('/events')) return { events: [{ type: 'token', data: { content: 'hi' } }] };
  return path.endsWith('/answers') ? { askId: 'a', value: 1 } : {};
}
