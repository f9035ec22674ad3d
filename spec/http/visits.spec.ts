import { afterEach, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/engine/engine.ts';
import type { HandlerOptions } from '../../src/http/options.ts';
import type { AuditEvent } from '../../src/http/visits/audit-event.ts';
import type { RequestReport } from '../../src/http/visits/request-report.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { dockrion } from '../../src/bridges/dockrion/index.ts';
import { until } from '../support/settle.ts';
import { ADAPTERS, posted, type Served } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { servedEngine } from './served-agents.ts';

const SECRET = ['shh', 'very', 'secret'].join('-');
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe.each(Object.entries(ADAPTERS))('what is told of requests, by the %s', (name, serve) => {
  let engine: Engine;
  let served: Served;
  let reports: RequestReport[];
  let deeds: AuditEvent[];
  afterEach(async () => {
    await engine.close();
    await served.close();
  });

  const authorize: HandlerOptions['authorize'] = ({ header }) => {
    const scopes = header('x-scopes')?.split(' ') as 'read'[] | undefined;
    return scopes && { subject: `ann ${SECRET}`, tenantId: 'acme', scopes };
  };
  async function begin(options: HandlerOptions = {}): Promise<Served['fetch']> {
    [reports, deeds] = [[], []];
    engine = servedEngine({ secrets: { KEY: SECRET } });
    served = await serve(engine, {
      ...{ authorize, onRequest: report => reports.push(report), audit: event => deeds.push(event) },
      ...options,
    });
    return served.fetch;
  }
  const all = { 'x-scopes': 'read write cancel', 'content-type': 'application/json' };

  it('has the id of the request, the client’s own where it can be used', async () => {
    const fetch = await begin({ authorize: undefined });
    const given = await fetch('/healthz', { headers: { 'x-request-id': 'trace:1/a=' } });
    expect(given.headers.get('x-request-id')).toBe('trace:1/a=');
    for (const odd of ['a b', '"', 'x'.repeat(129), 'ä', '']) {
      const made = (await fetch('/healthz', { headers: { 'x-request-id': odd } })).headers.get(
        'x-request-id',
      );
      expect(made).toMatch(UUID);
    }
    const problem = await expectProblem(await fetch('/runs/absent'), 404, 'RUN_NOT_FOUND');
    expect(problem).toMatchObject({ requestId: reports.at(-1)!.requestId });
    expect(reports.map(({ requestId }) => requestId)).toHaveLength(7);
  });

  it('says what was asked and what came of it, and nothing that is secret', async () => {
    const fetch = await begin();
    const query = `?ticket=${SECRET}&api_key=${SECRET}`;
    const posting = { ...posted({ agent: 'greet', id: 'r1', input: SECRET }), headers: all };
    await (await fetch(`/runs${query}`, posting)).text();
    await (await fetch('/runs/r1', { headers: all })).text();
    await (await fetch(`/runs/${encodeURIComponent('\u001b[31m\n{"x":1}')}`, { headers: all })).text();
    await (await fetch('/runs', { headers: { 'x-scopes': 'write' } })).text();
    await until(() => reports.length === 4, 'four reports');
    const who = { subject: 'ann <secret:KEY>', tenantId: 'acme' };
    const address = name === 'node listener' ? { address: expect.stringMatching(/127\.0\.0\.1$/) } : {};
    const timed = { time: expect.stringMatching(/Z$/), requestId: expect.stringMatching(UUID) };
    const waited = { wait: expect.any(Number), duration: expect.any(Number) };
    const told = { ...timed, ...waited, ...who, ...address };
    expect(reports).toEqual([
      { ...told, method: 'POST', route: '/runs', status: 202, runId: 'r1' },
      { ...told, method: 'GET', route: '/runs/{id}', status: 200, runId: 'r1' },
      { ...told, method: 'GET', route: '/runs/{id}', status: 404, code: 'RUN_NOT_FOUND' },
      { ...told, method: 'GET', route: '/runs', status: 403, code: 'FORBIDDEN' },
    ]);
    expect(JSON.stringify([reports, deeds])).not.toContain(SECRET);
  });

  it('comes of a stream when that is over', async () => {
    const clock = new ManualClock();
    const fetch = await begin({ authorize: undefined, clock });
    const writer = await engine.open({ id: 'run' });
    const stream = await fetch('/runs/run/events');
    expect(reports).toEqual([]);
    clock.advance(500);
    await writer.complete();
    await stream.text();
    await until(() => reports.length === 1, 'the report');
    expect(reports[0]).toMatchObject({ runId: 'run', status: 200, wait: 0, duration: 500 });
  });

  it('tells deeds and refusals, with who did them to which run', async () => {
    const fetch = await begin({ limits: { tenantRequests: 6 }, bridges: [dockrion()] });
    const ask = async (path: string, init: RequestInit = {}): Promise<number> => {
      const answer = await fetch(path, { headers: all, ...init });
      await answer.text();
      return answer.status;
    };
    const post = (path: string, body: object): Promise<number> =>
      ask(path, { ...posted(body), headers: all });
    const question = async (): Promise<string> => {
      await until(() => engine.metrics().runs.live.waiting === 1, 'a question');
      const asked = await engine.events.latestOf('asks', ({ type }) => type === 'ask', {
        tenantId: 'acme',
      });
      return (asked!.data as { askId: string }).askId;
    };
    expect(await post('/session', {})).toBe(201);
    expect(await post('/tickets', {})).toBe(201);
    expect(await post('/runs', { agent: 'ask', id: 'asks' })).toBe(202);
    expect(await post('/runs/asks/answers', { askId: await question(), value: true })).toBe(202);
    expect(await post('/runs', { agent: 'wait', id: 'waits' })).toBe(202);
    expect(await post('/runs/waits/cancel', {})).toBe(202);
    await until(() => engine.stats.liveRuns === 0, 'the end');
    expect(await ask('/runs/asks', { method: 'DELETE' })).toBe(204);
    expect(await ask('/session', { method: 'DELETE' })).toBe(204);
    expect(await ask('/runs', { headers: {} })).toBe(401);
    expect(await ask('/runs/waits', { method: 'DELETE', headers: { 'x-scopes': 'read' } })).toBe(403);
    while ((await ask('/runs')) === 200);
    const facts = deeds.map(({ action, runId, code, subject }) => [action, runId ?? code, subject]);
    const ann = 'ann <secret:KEY>';
    expect(facts).toEqual([
      ['signIn', undefined, ann],
      ['ticket', undefined, ann],
      ['start', 'asks', ann],
      ['answer', 'asks', ann],
      ['start', 'waits', ann],
      ['cancel', 'waits', ann],
      ['erase', 'asks', ann],
      ['signOut', undefined, undefined],
      ['refuse', 'UNAUTHENTICATED', undefined],
      ['refuse', 'waits', ann],
      ['refuse', 'TOO_MANY_REQUESTS', ann],
    ]);
    expect(deeds.at(-1)).toMatchObject({ status: 429, tenantId: 'acme', route: '/runs', method: 'GET' });
  });

  it('tells what is done by way of a bridge', async () => {
    const fetch = await begin({ bridges: [dockrion({ agent: 'wait' })], authorize: undefined });
    const answer = await fetch('/dockrion/runs', posted({}));
    expect(answer.status).toBeLessThan(300);
    const { run_id: runId } = (await answer.json()) as { run_id: string };
    expect(deeds).toMatchObject([{ action: 'start', runId }]);
    await engine.runs.cancel(runId);
  });

  it('does not go wrong with whoever is told', async () => {
    const broken = (): never => {
      throw new Error('the disk is full');
    };
    const rejecting = (): Promise<never> => Promise.reject(new Error('the disk is full'));
    const fetch = await begin({ authorize: undefined, onRequest: broken, audit: rejecting });
    expect((await fetch('/invoke/greet', posted({}))).status).toBe(200);
    const stream = await fetch('/invoke/greet/stream', posted({}));
    expect(await stream.text()).toContain('event: complete');
  });
});
