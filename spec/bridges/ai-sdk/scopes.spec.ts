import { expect, it } from '@jest/globals';
import { aiSdkChat } from '../../../src/bridges/ai-sdk/ai-sdk-chat.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import type { Scope } from '../../../src/http/auth/principal.ts';
import { createHandler } from '../../../src/http/create-handler.ts';
import { posted } from '../../http/adapters.ts';

it('nobody stops a run by dismissing its question who may not cancel it, and whoever writes may answer', async () => {
  const asks = defineAgent({ name: 'asks', run: async ctx => [await ctx.ask('A?'), await ctx.ask('B?')] });
  const engine = createEngine({ agents: [asks], grace: 0 });
  let scopes: readonly Scope[] = ['read', 'write'];
  const handle = createHandler(engine, {
    bridges: [aiSdkChat()],
    authorize: () => ({ subject: 'ann', tenantId: 'a', scopes }),
  });
  const post = (...messages: readonly object[]): Promise<Response> =>
    handle(new Request('http://localhost/api/chat', posted({ id: 'chat', messages })));
  const question = (text: string): string => /"toolCallId":"([^"]+)","toolName":"ask"/.exec(text)![1]!;
  const first = question(await (await post({ id: 'm', role: 'user', parts: [] })).text());
  const [run] = (await engine.runs.list({ tenantId: 'a' })).runs;
  const { runId } = run!;
  const status = async (): Promise<string> => (await engine.runs.get(runId, { tenantId: 'a' })).status;
  const settling = (...parts: readonly object[]): Promise<Response> =>
    post({ id: runId, role: 'assistant', parts });
  const answered = { type: 'tool-ask', toolCallId: first, state: 'output-available', output: 'yes' };
  const dismissed = { type: 'tool-ask', toolCallId: first, state: 'output-error', errorText: 'no' };

  expect((await settling(dismissed)).status).toBe(403);
  // Nor is anything else done of a request that may not do all of it.
  expect((await settling(answered, dismissed)).status).toBe(403);
  expect(await status()).toBe('waiting');
  const given = await engine.events.latestOf(runId, ({ type }) => type === 'answer', { tenantId: 'a' });
  expect(given).toBe(undefined);

  const second = question((await (await settling(answered)).text()).split('"type":"finish"')[0]!);
  expect([second === first, await status()]).toEqual([false, 'waiting']);
  scopes = ['read', 'write', 'cancel'];
  const answer = await settling({ ...dismissed, toolCallId: second });
  expect(await answer.text()).toContain('"type":"abort"');
  expect([answer.status, await status()]).toEqual([200, 'cancelled']);
  await engine.close();
});
