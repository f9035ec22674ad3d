import { stepCountIs, streamText, tool } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { aiSdkAgent } from '../../../src/bridges/ai-sdk/ai-sdk-agent.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { until } from '../../support/settle.ts';
import { eventsOf, heardOf, textOf, typesOf } from '../run-record.ts';
import { callsAdd, finish, modelOf, says } from './models.ts';

const LETTERS = [...'abcdefghij'];

describe('matrix: AI SDK streamText', () => {
  let engine: Engine;
  beforeEach(() => {
    engine = createEngine({ grace: 200 });
  });
  afterEach(() => engine.close());

  const speaker = (model = modelOf(says(['Hel', 'lo']))) =>
    aiSdkAgent({
      name: 'speaker',
      stream: (ctx, { messages }) => streamText({ model, messages, abortSignal: ctx.signal }),
    });

  it('start', async () => {
    const run = await engine.start(speaker(), { input: 'hi' });
    expect(await run.result).toBe('Hello');
    const events = await eventsOf(engine, run.id);
    expect(events[0]).toMatchObject({ type: 'started', data: { agent: 'speaker', framework: 'ai-sdk' } });
    expect(events.at(-1)).toMatchObject({ type: 'complete', data: { output: 'Hello' }, final: true });
  });

  it('stream', async () => {
    const run = await engine.start(speaker(modelOf(says(LETTERS))), { input: 'hi' });
    await run.result;
    const events = await eventsOf(engine, run.id);
    expect(textOf(events)).toBe(LETTERS.join(''));
    expect(typesOf(events)).toEqual(['started', 'llm.prompt', 'llm.response', 'step', 'complete']);
    expect(events.find(({ type }) => type === 'llm.response')).toMatchObject({
      data: { response: { finishReason: 'stop' }, usage: { inputTokens: 3, outputTokens: 5 } },
    });
    const tokens = events.filter(({ type }) => type === 'token');
    expect(tokens.at(-1)).toMatchObject({ data: { content: '', finishReason: 'stop' } });
    expect(new Set(tokens.map(({ data }) => data['messageId' as never]))).toHaveProperty('size', 1);
  });

  it('resume exactly', async () => {
    const held = heldModel();
    const run = await engine.start(speaker(held.model), { input: 'hi' });
    const heard = heardOf(run);
    held.say('ab');
    await until(() => textOf(heard) === 'ab', 'two letters');
    const at = heard.at(-1)!;
    held.say('cd');
    held.end();
    expect(await run.result).toBe('abcd');
    const after = await eventsOf(engine, run.id, at.id);
    expect(after[0]!.seq).toBe(at.seq + 1);
    expect([...heard.slice(0, at.seq), ...after]).toEqual(await eventsOf(engine, run.id));
  });

  it('cancel', async () => {
    const held = heldModel();
    const run = await engine.start(speaker(held.model), { input: 'hi' });
    const heard = heardOf(run);
    held.say('ab');
    await until(() => textOf(heard) === 'ab', 'two letters');
    await run.cancel('enough');
    await expect(run.result).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    expect(held.signal()?.aborted).toBe(true);
    const last = (await eventsOf(engine, run.id)).at(-1)!;
    expect(last).toMatchObject({ type: 'cancelled', data: { reason: 'enough' }, final: true });
    expect(last.data).not.toHaveProperty('forced');
  });

  it('error', async () => {
    const broken = new MockLanguageModelV3({
      doStream: () => Promise.reject(new RangeError('the model is out of order')),
    });
    const agent = aiSdkAgent({
      name: 'broken',
      stream: (_, { messages }) =>
        streamText({ model: broken, messages, maxRetries: 0, onError: () => undefined }),
    });
    const run = await engine.start(agent, { input: 'hi' });
    await expect(run.result).rejects.toMatchObject({ code: 'RUN_FAILED' });
    expect((await eventsOf(engine, run.id)).at(-1)).toMatchObject({
      type: 'error',
      data: { code: 'AGENT_ERROR', errorType: 'RangeError', message: 'the model is out of order' },
      final: true,
    });
  });

  it('ask', async () => {
    const calls: unknown[] = [];
    const tools = {
      add: tool({
        inputSchema: z.object({ a: z.number(), b: z.number() }),
        needsApproval: true,
        execute: ({ a, b }) => {
          calls.push([a, b]);
          return a + b;
        },
      }),
    };
    const model = modelOf(callsAdd(), says(['three']));
    const agent = aiSdkAgent({
      name: 'careful',
      stream: (ctx, { messages }) =>
        streamText({ model, messages, tools, stopWhen: stepCountIs(3), abortSignal: ctx.signal }),
    });
    const run = await engine.start(agent, { input: 'add' });
    const heard = heardOf(run);
    await until(() => heard.some(({ type }) => type === 'ask'), 'a question');
    expect(calls).toEqual([]);
    expect(run.status).toBe('waiting');
    const { data } = heard.find(event => event.type === 'ask')!;
    expect(data).toMatchObject({ question: 'Call add with {"a":1,"b":2}?' });
    await engine.runs.answer(run.id, (data as { askId: string }).askId, { value: true });
    expect(await run.result).toBe('three');
    expect(calls).toEqual([[1, 2]]);
    const events = await eventsOf(engine, run.id);
    expect(events.filter(({ type }) => type.startsWith('tool.'))).toMatchObject([
      { type: 'tool.called', data: { callId: 'call-1', tool: 'add', args: { a: 1, b: 2 } } },
      { type: 'tool.completed', data: { callId: 'call-1', result: 3 } },
    ]);
  });

  it('unknown event', async () => {
    const model = modelOf([{ type: 'raw', rawValue: { odd: 1 } }, finish('stop')]);
    const agent = aiSdkAgent({
      name: 'raw',
      stream: (_, { messages }) => streamText({ model, messages, includeRawChunks: true }),
    });
    const run = await engine.start(agent, { input: 'hi' });
    await run.result;
    expect((await eventsOf(engine, run.id)).find(({ type }) => type.startsWith('custom:'))).toMatchObject({
      type: 'custom:ai-sdk.raw',
      data: { rawValue: { odd: 1 } },
    });
  });
});

/** A model that says what it is told to, when it is told. */
function heldModel() {
  let say!: (part: object) => void;
  let close!: () => void;
  let signal: AbortSignal | undefined;
  const begun: object[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '0' },
  ];
  const stream = new ReadableStream<object>({
    start(controller) {
      for (const part of begun) controller.enqueue(part);
      say = part => controller.enqueue(part);
      close = () => controller.close();
    },
  });
  const model = new MockLanguageModelV3({
    doStream: ({ abortSignal }) => {
      signal = abortSignal;
      return Promise.resolve({ stream: stream as never });
    },
  });
  return {
    model,
    signal: () => signal,
    say: (text: string) => [...text].forEach(delta => say({ type: 'text-delta', id: '0', delta })),
    end: () => {
      say({ type: 'text-end', id: '0' });
      say(finish('stop'));
      close();
    },
  };
}
