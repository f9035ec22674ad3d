import { expect, it } from '@jest/globals';
import { agUi } from '../../../src/bridges/ag-ui/ag-ui.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import type { Scope } from '../../../src/http/auth/principal.ts';
import { createHandler } from '../../../src/http/create-handler.ts';
import { serveHttp } from '../../../src/http/serve-http.ts';
import type { RequestReport } from '../../../src/http/visits/request-report.ts';
import { posted } from '../../http/adapters.ts';
import { settle, until, untilAsked } from '../../support/settle.ts';
import { openStream } from '../bridge-lab.ts';

const INPUT = { threadId: 't', runId: 'r', messages: [], tools: [], context: [] };

it('nobody stops a run by dismissing its question who may not cancel it', async () => {
  const asks = defineAgent({ name: 'asks', run: ctx => ctx.ask('Send it?') });
  const engine = createEngine({ agents: [asks], grace: 0 });
  let scopes: readonly Scope[] = ['read', 'write'];
  const handle = createHandler(engine, {
    bridges: [agUi()],
    authorize: () => ({ subject: 'ann', tenantId: 'a', scopes }),
  });
  const post = (more: object): Promise<Response> =>
    handle(new Request('http://localhost/agui', posted({ ...INPUT, ...more })));
  const told = await (await post({})).text();
  const interruptId = /"interrupts":\[\{"id":"([^"]+)"/.exec(told)![1]!;
  const dismissing = { runId: 'r2', resume: [{ interruptId, status: 'cancelled' }] };
  const [run] = (await engine.runs.list({ tenantId: 'a' })).runs;
  const status = async (): Promise<string> => (await engine.runs.get(run!.runId, { tenantId: 'a' })).status;
  expect((await post(dismissing)).status).toBe(403);
  expect(await status()).toBe('waiting');
  scopes = ['read', 'write', 'cancel'];
  const answer = await post(dismissing);
  await answer.text();
  expect([answer.status, await status()]).toEqual([200, 'cancelled']);
  await engine.close();
});

it('nobody stops a run by leaving who only reads it, even where its own client does', async () => {
  let stopped = false;
  const waits = defineAgent({
    name: 'waits',
    async run(ctx) {
      ctx.token('I wait');
      await new Promise<void>(resolve => ctx.signal.addEventListener('abort', () => resolve()));
      stopped = true;
    },
  });
  const engine = createEngine({ agents: [waits], grace: 1_000 });
  const scopes: Readonly<Record<string, readonly Scope[]>> = { ann: ['read', 'write'], bob: ['read'] };
  const left: RequestReport[] = [];
  const server = await serveHttp({
    ...{ engine, port: 0, bridges: [agUi({ onDisconnect: 'cancel' })] },
    authorize: ({ header }) => {
      const subject = header('authorization') ?? '';
      return { subject, tenantId: 'a', scopes: scopes[subject] ?? [] };
    },
    onRequest: report => void left.push(report),
  });
  const own = new AbortController();
  const answer = await fetch(`${server.url}/agui`, {
    ...posted(INPUT, { authorization: 'ann' }),
    signal: own.signal,
  });
  await answer.body!.getReader().read();
  const reader = await openStream(`${server.url}/agui/r`, { authorization: 'bob' });
  await reader.reach(3);
  reader.cut();
  await until(() => left.length === 1, 'the server to notice that the reader left');
  await settle();
  expect(stopped).toBe(false);
  own.abort();
  const status = async () => (await engine.runs.get('r', { tenantId: 'a' })).status;
  await untilAsked(async () => (await status()) === 'cancelled', 'the end');
  await engine.close({ whenEnded: () => server.close() });
});
