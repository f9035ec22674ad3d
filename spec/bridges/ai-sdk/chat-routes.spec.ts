import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aiSdkChat } from '../../../src/bridges/ai-sdk/index.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { Principal } from '../../../src/http/auth/principal.ts';
import { serveHttp, type HttpServer } from '../../../src/http/serve-http.ts';
import type { RunContext } from '../../../src/run/context.ts';
import { posted } from '../../http/adapters.ts';
import { until } from '../../support/settle.ts';
import { bridgeLab, openStream } from '../bridge-lab.ts';
import { chatEngine, PlainChat, release, textOf, transportTo } from './chat-lab.ts';

const BODY = {
  ...{ id: 'chat-1', trigger: 'submit-message' },
  messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'hello' }] }],
};

describe('the address of a chat', () => {
  const lab = bridgeLab(() => chatEngine(), aiSdkChat());

  it.each([
    ['no id', { ...BODY, id: undefined }, 'id'],
    ['an id that cannot be', { ...BODY, id: 'a b' }, 'id'],
    ['no messages', { ...BODY, messages: [] }, 'messages'],
    ['messages without parts', { ...BODY, messages: [{ id: 'm1', role: 'user' }] }, 'parts'],
  ])('refuses %s with a problem of Sluice', async (_, body, name) => {
    const answer = await lab.fetch('/api/chat?agent=talk', posted(body));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(await answer.json()).toMatchObject({
      code: 'BAD_REQUEST',
      detail: expect.stringContaining(name),
    });
    expect((await lab.engine.runs.list()).runs).toEqual([]);
  });

  it('refuses a cursor that cannot be', async () => {
    const bad = await lab.json('/api/chat/chat-1/stream', { headers: { 'last-event-id': 'what?' } });
    expect(bad).toMatchObject({ status: 400, body: { code: 'BAD_CURSOR' } });
  });

  it('lets a run go on when its client leaves', async () => {
    const { transport } = transportTo(lab.server.url, 'waiting');
    const chat = new PlainChat({ id: 'chat-1', transport });
    void chat.sendMessage({ text: 'hello' });
    await until(() => textOf(chat.lastMessage) === 'I wait');
    await chat.stop();
    const runId = chat.lastMessage!.id;
    expect((await lab.engine.runs.get(runId)).status).toBe('running');
    const stream = await lab.stream('/api/chat/chat-1/stream');
    release(runId);
    await stream.ended();
    expect(stream.text()).toMatch(/"type":"start"[^]*I wait[^]*no longer[^]*data: \[DONE\]\n\n$/);
    expect((await lab.engine.runs.get(runId)).status).toBe('completed');
  });

  it('tells a run to its end to whoever was cut in it, and not another that came later', async () => {
    const first = await (await lab.fetch('/api/chat?agent=talk', posted(BODY))).text();
    await (await lab.fetch('/api/chat?agent=talk', posted(BODY))).text();
    const frames = first.split('\n\n').filter(frame => frame.startsWith('data: {'));
    for (const [at, frame] of frames.slice(0, -1).entries()) {
      const cursor = /^id: (.*)$/m.exec(frame)![1]!;
      const stream = await lab.stream('/api/chat/chat-1/stream', { 'last-event-id': cursor });
      const rest = (await stream.ended()).map(({ data }) => data).filter(data => data !== '[DONE]');
      const said = frames.slice(at + 1).map(left => /^data: (.*)$/m.exec(left)![1]);
      // What was open is opened again, and nothing else comes twice.
      expect(rest.slice(-said.length)).toEqual(said);
      expect(rest.length - said.length).toBeLessThanOrEqual(1);
    }
  });

  it('leaves a question open that was answered otherwise than it asks for', async () => {
    const asked = await (await lab.fetch('/api/chat?agent=asking', posted(BODY))).text();
    const [, runId] = /"messageId":"([^"]+)"/.exec(asked)!;
    const [, toolCallId] = /"tool-input-available","toolCallId":"([^"]+)"/.exec(asked)!;
    const answered = (part: object) =>
      posted({
        ...BODY,
        messages: [
          ...BODY.messages,
          {
            ...{ id: runId, role: 'assistant' },
            parts: [{ type: 'tool-ask', toolCallId, state: 'output-available', ...part }],
          },
        ],
      });
    const bad = await lab.json('/api/chat?agent=asking', answered({ output: 'maybe' }));
    expect(bad).toMatchObject({ status: 400, body: { code: 'BAD_ANSWER' } });
    const whole = await lab.stream('/api/chat/chat-1/stream');
    await whole.ended();
    expect(whole.text()).toContain('"finishReason":"tool-calls"');
    const dismissed = await lab.fetch('/api/chat?agent=asking', answered({ state: 'output-error' }));
    expect(await dismissed.text()).toContain('"type":"abort"');
    expect((await lab.engine.runs.get(runId!)).status).toBe('cancelled');
  });
});

describe('what a chat may see', () => {
  const canary = ['sk', 'live', 'A1b2C3d4E5f6G7h8'].join('-');
  let engine: Engine;
  let server: HttpServer;
  beforeEach(async () => {
    const leak = {
      name: 'leak',
      async run(ctx: RunContext) {
        for (const piece of canary.match(/.{1,5}/g)!) ctx.token(piece);
        await ctx.tool(`use-${canary}`, { [canary]: [canary] }, () => ({ key: canary }));
        void ctx.emit('custom:note', { text: `it is ${canary}` });
        if (await ctx.ask(`Is it ${canary}?`)) throw new Error(`refused ${canary}`);
      },
    };
    engine = createEngine({ agents: [leak], secrets: { values: { KEY: canary } } });
    const WHO: Readonly<Record<string, Principal>> = {
      ann: { subject: 'ann', tenantId: 'a', scopes: ['read', 'write', 'cancel'] },
      bob: { subject: 'bob', tenantId: 'b', scopes: ['read', 'write', 'cancel'] },
    };
    server = await serveHttp({
      ...{ engine, port: 0, bridges: [aiSdkChat()] },
      authorize: ({ header }) => WHO[header('authorization') ?? ''],
    });
  });
  afterEach(() => engine.close({ whenEnded: () => server.close() }));

  const as = (who: string) => ({ authorization: who });

  it('is no secret, whole or in pieces, in whatever kind of chunk', async () => {
    const text = await (await fetch(`${server.url}/api/chat`, posted(BODY, as('ann')))).text();
    expect(text).toContain('tool-calls');
    expect(text).not.toContain(canary);
    const said = [...text.matchAll(/"delta":"([^"]*)"/g)].map(([, delta]) => delta).join('');
    expect(said).not.toContain(canary.slice(3));
    const again = await openStream(`${server.url}/api/chat/chat-1/stream`, as('ann'));
    await again.ended();
    expect(again.text()).not.toContain(canary);
  });

  it('is nothing of another tenant, who has a chat of its own under the same id', async () => {
    const asked = await (await fetch(`${server.url}/api/chat`, posted(BODY, as('ann')))).text();
    const [, runId] = /"messageId":"([^"]+)"/.exec(asked)!;
    const stream = (method: string) =>
      fetch(`${server.url}/api/chat/chat-1/stream`, { method, headers: as('bob') });
    expect((await stream('GET')).status).toBe(204);
    expect((await stream('DELETE')).status).toBe(204);
    expect((await engine.runs.get(runId!, { tenantId: 'a' })).status).toBe('waiting');
    // Who names the run and its question starts a run like anybody who names none.
    const [, toolCallId] = /"tool-input-available","toolCallId":"([^"]+)","toolName":"ask"/.exec(asked)!;
    const part = { type: 'tool-ask', toolCallId, state: 'output-available', output: true };
    const messages = [{ id: runId, role: 'assistant', parts: [part] }];
    await (await fetch(`${server.url}/api/chat`, posted({ ...BODY, messages }, as('bob')))).text();
    expect((await engine.runs.get(runId!, { tenantId: 'a' })).status).toBe('waiting');
    expect((await engine.runs.list({ tenantId: 'b' })).runs).toHaveLength(1);
  });
});
