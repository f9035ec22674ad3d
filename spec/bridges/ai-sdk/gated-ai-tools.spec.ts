import { stepCountIs, streamText, tool } from 'ai';
import { afterEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { aiSdkAgent } from '../../../src/bridges/ai-sdk/ai-sdk-agent.ts';
import { gatedTools } from '../../../src/bridges/ai-sdk/gated-ai-tools.ts';
import type { Policy } from '../../../src/control/policy.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { eventsOf } from '../run-record.ts';
import { callsAdd, modelOf, says } from './models.ts';

describe('tools of the AI SDK behind a gate', () => {
  const engines: Engine[] = [];
  afterEach(() => Promise.all(engines.splice(0).map(engine => engine.close())));

  async function run(...policies: Policy[]) {
    const calls: unknown[] = [];
    const tools = gatedTools({
      add: tool({
        inputSchema: z.object({ a: z.number(), b: z.number() }),
        execute: ({ a, b }, { abortSignal }) => {
          calls.push(abortSignal instanceof AbortSignal);
          return a + b;
        },
      }),
    });
    const model = modelOf(callsAdd(), says(['done']));
    const agent = aiSdkAgent({
      name: 'adder',
      stream: (_, { messages }) => streamText({ model, messages, tools, stopWhen: stepCountIs(3) }),
    });
    const engine = createEngine({ gate: policies });
    engines.push(engine);
    const started = await engine.start(agent, { input: 'add' });
    const output = await started.result.catch((error: unknown) => error);
    const events = await eventsOf(engine, started.id);
    const told = events.filter(({ type }) => /^(tool\.|control)/.test(type));
    return { calls, output, told, seen: JSON.stringify(model.doStreamCalls.at(-1)?.prompt ?? null) };
  }

  it('are told once, by the gate, with the id of the model and a signal', async () => {
    const { calls, output, told, seen } = await run();
    expect([calls, output]).toEqual([[true], 'done']);
    expect(told).toMatchObject([
      { type: 'tool.called', data: { callId: 'call-1', tool: 'add', args: { a: 1, b: 2 } } },
      { type: 'tool.completed', data: { callId: 'call-1', result: 3 } },
    ]);
    expect(seen).toContain('"value":3');
  });

  it('are not called where a policy refuses, and the model is told', async () => {
    const { calls, told, seen } = await run({
      ...{ name: 'no-sums', types: ['tool.called'] },
      decide: () => ({ signal: 'FAIL', reason: 'sums are forbidden' }),
    });
    expect(calls).toEqual([]);
    expect(seen).toContain('sums are forbidden');
    expect(told.filter(({ type }) => type === 'control.decided')).toHaveLength(1);
    expect(told.filter(({ type }) => type === 'tool.completed')).toEqual([]);
  });

  it('have what a policy put in the place of a result', async () => {
    const { calls, seen } = await run({
      ...{ name: 'known', types: ['tool.called'] },
      decide: () => ({ signal: 'FALLBACK', value: 42 }),
    });
    expect(calls).toEqual([]);
    expect(seen).toContain('"value":42');
  });

  it('are not called at all outside of runs, and stay as they are without execute', async () => {
    const plain = { inputSchema: z.object({}) };
    const tools = gatedTools({ far: plain as { execute?: undefined }, near: { execute: () => 1 } });
    expect(tools.far).toBe(plain);
    await expect(
      (tools.near.execute as unknown as (input: unknown) => Promise<unknown>)({}),
    ).rejects.toMatchObject({
      code: 'BAD_OPTION',
    });
  });
});
