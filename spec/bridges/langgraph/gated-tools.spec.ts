import { afterEach, describe, expect, it } from '@jest/globals';
import { Annotation, END, interrupt, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { tool } from '@langchain/core/tools';
import * as z from 'zod';
import { gatedTools } from '../../../src/bridges/langgraph/gated-tools.ts';
import { langGraphAgent } from '../../../src/bridges/langgraph/langgraph-agent.ts';
import type { Policy } from '../../../src/control/policy.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { until } from '../../support/settle.ts';
import { eventsOf, heardOf } from '../run-record.ts';
import { adder, calling, textsOf } from './graphs.ts';

describe('tools of LangChain behind a gate', () => {
  const engines: Engine[] = [];
  const engineWith = (...policies: Policy[]): Engine => {
    const engine = createEngine({ gate: policies, grace: 200 });
    engines.push(engine);
    return engine;
  };
  afterEach(() => Promise.all(engines.splice(0).map(engine => engine.close())));

  /** Runs the graph, and resolves with what it answered and what was told of tools. */
  async function runIn(engine: Engine, graph: ReturnType<typeof calling>) {
    const agent = langGraphAgent({
      ...{ name: 'caller', graph },
      toOutput: (state: never) => textsOf((state as { messages: never[] }).messages).at(-1),
    });
    const run = await engine.start(agent, { input: { messages: [] } });
    const output = await run.result.catch((error: unknown) => error);
    return { output, told: toolEvents(await eventsOf(engine, run.id)) };
  }

  it('are told once, by the gate and under the id of the model', async () => {
    const { add, calls } = adder();
    const { output, told } = await runIn(engineWith(), calling(gatedTools([add])));
    expect(output).toBe('3');
    expect(calls).toEqual([{ a: 1, b: 2 }]);
    expect(told).toMatchObject([
      { type: 'tool.called', data: { callId: 'call-1', tool: 'add', args: { a: 1, b: 2 } } },
      { type: 'tool.completed', data: { callId: 'call-1', result: '3' } },
    ]);
  });

  it('are told without a gate, too, and once', async () => {
    const { add } = adder();
    const { told } = await runIn(engineWith(), calling([add]));
    expect(told).toMatchObject([
      { type: 'tool.called', data: { callId: 'call-1', tool: 'add', args: { a: 1, b: 2 } } },
      { type: 'tool.completed', data: { callId: 'call-1', result: '3' } },
    ]);
  });

  it('are not called where a policy refuses, and the model is told', async () => {
    const { add, calls } = adder();
    const engine = engineWith({
      ...{ name: 'no-sums', types: ['tool.called'] },
      decide: () => ({ signal: 'FAIL', reason: 'sums are forbidden' }),
    });
    const { output, told } = await runIn(engine, calling(gatedTools([add])));
    expect(calls).toEqual([]);
    expect(output).toContain('sums are forbidden');
    expect(told).toMatchObject([{ type: 'control.decided', data: { policy: 'no-sums', signal: 'FAIL' } }]);
  });

  it('fail the run where the graph does not take refusals', async () => {
    const { add, calls } = adder();
    const engine = engineWith({
      name: 'no',
      types: ['tool.called'],
      decide: () => ({ signal: 'FAIL', reason: 'no' }),
    });
    const { output } = await runIn(engine, calling(gatedTools([add]), { handleToolErrors: false }));
    expect(calls).toEqual([]);
    expect(output).toMatchObject({ code: 'RUN_FAILED', details: { code: 'VETOED' } });
  });

  it('have what a policy put in the place of a result', async () => {
    const { add, calls } = adder();
    const engine = engineWith({
      ...{ name: 'known', types: ['tool.called'] },
      decide: () => ({ signal: 'FALLBACK', value: 'three' }),
    });
    expect((await runIn(engine, calling(gatedTools([add])))).output).toBe('three');
    expect(calls).toEqual([]);
  });

  it('wait for a person', async () => {
    const { add, calls } = adder();
    const engine = engineWith({
      ...{ name: 'careful', types: ['tool.called'], timeout: 60_000 },
      decide: async (_, { ask }) =>
        (await ask!('May it add?')) === 'yes'
          ? { signal: 'PROCEED' }
          : { signal: 'FAIL', reason: 'not allowed' },
    });
    const agent = langGraphAgent({ name: 'caller', graph: calling(gatedTools([add])) });
    const run = await engine.start(agent, { input: { messages: [] } });
    const heard = heardOf(run);
    await until(() => heard.some(({ type }) => type === 'ask'), 'the question');
    expect(calls).toEqual([]);
    const { askId } = heard.find(({ type }) => type === 'ask')!.data as { askId: string };
    await engine.runs.answer(run.id, askId, { value: 'yes' });
    await run.result;
    expect(calls).toEqual([{ a: 1, b: 2 }]);
  });

  it('are not called at all outside of runs', async () => {
    const { add, calls } = adder();
    const [gated] = gatedTools([add]);
    await expect(gated.invoke({ a: 1, b: 2 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    expect(calls).toEqual([]);
  });

  it('may stop their graph for a question, and are called again with the answer', async () => {
    const send = tool(({ to }: { to: string }) => `${interrupt<string, string>(`Send to ${to}?`)} to ${to}`, {
      ...{ name: 'send', description: 'Sends.', schema: z.object({ to: z.string() }) },
    });
    const [gated] = gatedTools([send]);
    const graph = new StateGraph(Annotation.Root({ said: Annotation<string>() }))
      .addNode('send', async () => {
        const call = { type: 'tool_call' as const, id: 'c1', name: 'send', args: { to: 'ann' } };
        return { said: String(((await gated.invoke(call)) as { content: unknown }).content) };
      })
      .addEdge(START, 'send')
      .addEdge('send', END)
      .compile({ checkpointer: new MemorySaver() });
    const engine = engineWith();
    const run = await engine.start(langGraphAgent({ name: 'sender', graph }), { input: {} });
    const heard = heardOf(run);
    await until(() => heard.some(({ type }) => type === 'ask'), 'the question');
    const { askId, question } = heard.find(({ type }) => type === 'ask')!.data as never;
    expect(question).toBe('Send to ann?');
    await engine.runs.answer(run.id, askId, { value: 'sent' });
    expect(await run.result).toEqual({ said: 'sent to ann' });
    expect(toolEvents(await eventsOf(engine, run.id)).map(({ type, data }) => [type, data])).toMatchObject([
      ['tool.called', { callId: 'c1' }],
      ['tool.completed', { callId: 'c1', result: { paused: true } }],
      ['tool.called', { callId: 'c1#2' }],
      ['tool.completed', { callId: 'c1#2', result: 'sent to ann' }],
    ]);
  });
});

function toolEvents(events: readonly RunEvent[]): RunEvent[] {
  return events.filter(({ type }) => type.startsWith('tool.') || type === 'control.decided');
}
