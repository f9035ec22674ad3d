import { describe, expect, it } from '@jest/globals';
import { lastAssistantMessageIsCompleteWithToolCalls, readUIMessageStream, type UIMessage } from 'ai';
import { aiSdkChat, chatCursor } from '../../../src/bridges/ai-sdk/index.ts';
import { until } from '../../support/settle.ts';
import { bridgeLab } from '../bridge-lab.ts';
import { chatEngine, idle, partsOf, PlainChat, release, textOf, transportTo } from './chat-lab.ts';

describe('matrix: AI SDK UI message stream', () => {
  const lab = bridgeLab(() => chatEngine(), aiSdkChat());
  const chatWith = (agent: string, more: Partial<ConstructorParameters<typeof PlainChat>[0]> = {}) => {
    const { transport, chunks } = transportTo(lab.server.url, agent);
    return { chat: new PlainChat({ id: 'chat-1', transport, ...more }), chunks };
  };

  it('start', async () => {
    const { chat, chunks } = chatWith('talk');
    await chat.sendMessage({ text: 'hello' });
    const { runs } = await lab.engine.runs.list({ threadId: 'chat-1' });
    expect(runs).toMatchObject([{ agent: 'talk', status: 'completed' }]);
    expect(chunks[0]).toMatchObject({ type: 'start', messageId: runs[0]!.runId });
    expect(chat.lastMessage).toMatchObject({ id: runs[0]!.runId, role: 'assistant' });
  });

  it('stream', async () => {
    const { chat, chunks } = chatWith('talk');
    await chat.sendMessage({ text: 'hello' });
    expect(chat.error).toBeUndefined();
    expect(chunks.map(({ type }) => type)).toEqual([
      ...['start', 'start-step', 'reasoning-start', 'reasoning-delta', 'reasoning-end', 'data-node'],
      ...['tool-input-start', 'tool-input-available', 'tool-output-available'],
      ...['data-progress', 'data-node', 'text-start', 'text-delta', 'text-delta', 'text-delta'],
      ...['text-end', 'finish-step', 'finish'],
    ]);
    expect(partsOf(chat.lastMessage)).toMatchObject([
      { type: 'step-start' },
      { type: 'reasoning', text: 'Let me see. ', state: 'done' },
      { type: 'data-node', id: 'search', data: { name: 'search', state: 'done' } },
      {
        ...{ type: 'tool-lookup', state: 'output-available', providerExecuted: true },
        ...{ input: { text: 'hello' }, output: { found: 5 } },
      },
      { type: 'data-progress', data: { fraction: 0.5 } },
      { type: 'text', text: 'You said hello', state: 'done' },
    ]);
    const whole = await lab.fetch('/api/chat?agent=stranger', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        id: 'c',
        messages: [{ id: 'm', role: 'user', parts: [] }],
        trigger: 'submit-message',
      }),
    });
    expect(whole.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1');
    expect(await whole.text()).toMatch(/\n\ndata: \[DONE\]\n\n$/);
  });

  it('resume exactly', async () => {
    const { chat } = chatWith('waiting');
    void chat.sendMessage({ text: 'hello' });
    await until(() => textOf(chat.lastMessage) === 'I wait');
    // The page is closed: the run goes on, and the page that comes next sees all of it.
    await chat.stop();
    const runId = chat.lastMessage!.id;
    const { transport } = transportTo(lab.server.url, 'waiting');
    const returned = new PlainChat({ id: 'chat-1', transport, messages: chat.messages });
    const returning = returned.resumeStream();
    // Another goes on in the middle, from the cursor of what it has.
    const middle = transportTo(lab.server.url, 'waiting', {
      prepareReconnectToStreamRequest: () => ({
        headers: { 'last-event-id': chatCursor(chat.lastMessage!)! },
      }),
    });
    const rest = (await middle.transport.reconnectToStream({ chatId: 'chat-1' }))!;
    release(runId);
    await returning;
    let last: UIMessage | undefined;
    for await (const message of readUIMessageStream({ stream: rest, message: chat.lastMessage! }))
      last = message;
    expect(textOf(returned.lastMessage)).toBe('I wait no longer');
    expect(textOf(last)).toBe('I wait no longer');
    expect(middle.chunks.map(({ type }) => type)).toEqual([
      ...['text-start', 'text-delta', 'text-end', 'finish-step', 'finish'],
    ]);
    expect(await transport.reconnectToStream({ chatId: 'chat-1' })).toBeNull();
    const past = await lab.fetch('/api/chat/chat-1/stream', {
      headers: { 'last-event-id': chatCursor(last!)! },
    });
    expect(past.status).toBe(204);
  });

  it('cancel', async () => {
    const { chat, chunks } = chatWith('waiting');
    const sending = chat.sendMessage({ text: 'hello' });
    await until(() => textOf(chat.lastMessage) === 'I wait');
    const stopped = await lab.json('/api/chat/chat-1/stream', { method: 'DELETE' });
    expect(stopped).toEqual({ status: 202, body: { runIds: [chat.lastMessage!.id] } });
    await sending;
    expect(chunks.slice(-3)).toMatchObject([
      { type: 'text-end' },
      { type: 'finish-step' },
      { type: 'abort', reason: 'Stopped by the user.' },
    ]);
    expect((await lab.fetch('/api/chat/chat-1/stop', { method: 'POST' })).status).toBe(204);
  });

  it('error', async () => {
    const { chat, chunks } = chatWith('failing');
    await chat.sendMessage({ text: 'hello' });
    await idle(chat);
    expect([chat.status, chat.error?.message]).toEqual(['error', 'the model is away']);
    expect(chunks.map(({ type }) => type)).toContain('tool-output-error');
    expect(partsOf(chat.lastMessage)).toMatchObject([
      { type: 'step-start' },
      { type: 'tool-model', state: 'output-error', errorText: 'the model is away' },
      { type: 'text', text: 'I begin', state: 'done' },
    ]);
  });

  it('ask', async () => {
    const { chat, chunks } = chatWith('asking', {
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
    });
    await chat.sendMessage({ text: 'hello' });
    expect(chunks.at(-1)).toMatchObject({ type: 'finish', finishReason: 'tool-calls' });
    const question = chat.lastMessage!.parts.at(-1) as { readonly toolCallId: string };
    expect(question).toMatchObject({
      ...{ type: 'tool-ask', state: 'input-available' },
      ...{ input: { question: 'Send it?', schema: { type: 'boolean' } } },
    });
    await chat.addToolOutput({ tool: 'ask', toolCallId: question.toolCallId, output: true });
    await until(() => textOf(chat.lastMessage).includes('Sent.'), 'the answer to be heard');
    await idle(chat);
    expect(chat.messages).toHaveLength(2);
    expect(textOf(chat.lastMessage)).toBe('May I? Sent.');
    const run = await lab.engine.runs.get(chat.lastMessage!.id);
    expect(run.status).toBe('completed');
  });

  it('unknown event', async () => {
    const { chat } = chatWith('stranger');
    await chat.sendMessage({ text: 'hello' });
    expect(partsOf(chat.lastMessage)).toEqual([
      { type: 'step-start' },
      { type: 'data-fraud', id: '2', data: { score: 0.9, why: ['odd', null] } },
      { type: 'data-observation', id: '3', data: { kind: 'screen', content: 'blue' } },
    ]);
  });
});
