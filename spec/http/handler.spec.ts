import { describe, expect, it } from '@jest/globals';
import { ADAPTERS, posted } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { httpLab } from './http-lab.ts';
import { jsonOf } from './json-of.ts';

describe.each(Object.entries(ADAPTERS))('what is around runs, through a %s', (_, serve) => {
  const lab = httpLab(serve);

  it('lists agents and is well', async () => {
    const { agents } = await jsonOf<{ agents: object[] }>(await lab.fetch('/agents'));
    expect(agents).toContainEqual({ name: 'greet', description: 'Says hello.' });
    const inputSchema = expect.objectContaining({ properties: { n: { type: 'number' } }, required: ['n'] });
    expect(agents).toContainEqual({ name: 'strict', inputSchema });
    expect(await jsonOf(await lab.fetch('/healthz'))).toEqual({ status: 'ok' });
  });

  it('shows the page and lets it run nothing but itself', async () => {
    const answer = await lab.fetch('/');
    expect(await answer.text()).toContain('<title>Runs</title>');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toMatch(/default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'/);
    const bare = await serve(lab.engine);
    await expectProblem(await bare.fetch('/'), 404, 'NOT_FOUND');
    await bare.close();
  });

  it('knows where it ends, and which methods it has', async () => {
    await expectProblem(await lab.fetch('/nothing'), 404, 'NOT_FOUND');
    await expectProblem(await lab.fetch('/runs/'), 404, 'RUN_NOT_FOUND');
    const wrong = await lab.fetch('/runs/a', { method: 'PUT' });
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, DELETE');
    await expectProblem(wrong, 405, 'METHOD_NOT_ALLOWED');
  });

  it('can be mounted below a path', async () => {
    const mounted = await serve(lab.engine, { basePath: '/api/sluice' });
    const answer = await mounted.fetch('/api/sluice/runs', posted({ agent: 'greet', id: 'm' }));
    expect(answer.headers.get('location')).toBe('/api/sluice/runs/m');
    expect((await mounted.fetch('/api/sluice/runs/m')).status).toBe(200);
    await expectProblem(await mounted.fetch('/runs/m'), 404, 'NOT_FOUND');
    await expectProblem(await mounted.fetch('/api/sluicer'), 404, 'NOT_FOUND');
    await mounted.close();
  });

  it('says nothing of what broke inside', async () => {
    const broken = {
      ...{ agentInfos: [], events: lab.engine.events, runs: lab.engine.runs },
      ...{ largestBatch: 1, secrets: lab.engine.secrets, metrics: () => lab.engine.metrics() },
      ...{ customTypes: lab.engine.customTypes, notes: lab.engine.notes },
      start: () => Promise.reject(new Error('password=hunter2')),
      open: () => Promise.reject(new Error('password=hunter2')),
      append: () => Promise.reject(new Error('password=hunter2')),
      checkReady: () => Promise.reject(new Error('password=hunter2')),
    };
    const faulty = await serve(broken);
    const answer = await faulty.fetch('/runs', posted({ agent: 'x' }));
    expect((await expectProblem(answer, 500, 'INTERNAL')).detail).not.toContain('hunter2');
    await faulty.close();
  });

  describe('origins', () => {
    const from = (origin: string): Promise<Response> => lab.fetch('/healthz', { headers: { origin } });

    it('refuses pages of other sites', async () => {
      for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
        await expectProblem(await from(origin), 403, 'FORBIDDEN_ORIGIN');
      }
    });
  });

  it('refuses options that cannot be', async () => {
    for (const options of [
      { heartbeat: 1 },
      { authorise: () => undefined },
      { allowedHosts: 'localhost' },
      { cors: { origins: 'https://app.example.com' } },
    ]) {
      await expect((async () => serve(lab.engine, options as never))()).rejects.toMatchObject({
        code: 'BAD_OPTION',
      });
    }
    for (const engine of [undefined, null, {}, { liveRuns: 5 }]) {
      await expect((async () => serve(engine as never))()).rejects.toMatchObject({ code: 'BAD_OPTION' });
    }
  });
});
