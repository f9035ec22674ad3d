import { expect, it } from '@jest/globals';
import { agUi } from '../../../src/bridges/ag-ui/ag-ui.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import type { Scope } from '../../../src/http/auth/principal.ts';
import { createHandler } from '../../../src/http/create-handler.ts';
import { posted } from '../../http/adapters.ts';

it('nobody stops a run by dismissing its question who may not cancel it', async () => {
  const asks = defineAgent({ name: 'asks', run: ctx => ctx.ask('Send it?') });
  const engine = createEngine({ agents: [asks], grace: 0 });
  let scopes: readonly Scope[] = ['read', 'write'];
  const handle = createHandler(engine, {
    bridges: [agUi()],
    authorize: () => ({ subject: 'ann', tenantId: 'a', scopes }),
  });
  const input = { threadId: 't', runId: 'r', messages: [], tools: [], context: [] };
  const post = (more: object): Promise<Response> =>
    handle(new Request('http://localhost/agui', posted({ ...input, ...more })));
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
