import { StateGraph, START, END } from '@langchain/langgraph';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { langGraphAgent } from '../../../src/bridges/langgraph/langgraph-agent.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { until } from '../../support/settle.ts';
import { eventsOf, heardOf, textOf, typesOf } from '../run-record.ts';
import { asking, State, talk, talker } from './graphs.ts';

const HUMAN = { messages: [{ role: 'user', content: 'hi' }] };

describe('matrix: LangGraph JS', () => {
  let engine: Engine;
  beforeEach(() => {
    engine = createEngine({ grace: 200 });
  });
  afterEach(() => engine.close());

  it('start', async () => {
    const agent = langGraphAgent<typeof HUMAN, { messages: unknown[] }>({ name: 'talk', graph: talk() });
    const run = await engine.start(agent, { input: HUMAN });
    const output = await run.result;
    expect(output.messages).toMatchObject([
      { type: 'human', data: { content: 'hi' } },
      { type: 'ai', data: { content: 'Hello you' } },
    ]);
    const events = await eventsOf(engine, run.id);
    expect(events.at(0)).toMatchObject({ type: 'started', data: { agent: 'talk', framework: 'langgraph' } });
    expect(events.at(-1)).toMatchObject({ type: 'complete', final: true });
  });

  it('stream', async () => {
    const run = await engine.start(langGraphAgent({ name: 'talk', graph: talk() }), { input: HUMAN });
    await run.result;
    const events = await eventsOf(engine, run.id);
    expect(textOf(events)).toBe('Hello you');
    expect(typesOf(events)).toEqual(['started', 'node.started', 'step', 'node.completed', 'complete']);
    const [token] = events.filter(({ type }) => type === 'token');
    expect(token).toMatchObject({ node: 'talk', data: { content: 'H' } });
    expect(events.find(({ type }) => type === 'step')).toMatchObject({
      ...{ node: 'talk', data: { name: 'talk', outputKeys: ['messages'] } },
    });
  });

  it('resume exactly', async () => {
    const run = await engine.start(langGraphAgent({ name: 'talk', graph: talk('abcdefghij', 2) }), {
      input: HUMAN,
    });
    const heard = heardOf(run);
    await until(() => textOf(heard).length === 4, 'four letters');
    expect(run.status).toBe('running');
    const before = heard.slice(0, 5);
    const after = await eventsOf(engine, run.id, before.at(-1)!.id);
    expect(after[0]!.seq).toBe(6);
    expect([...before, ...after]).toEqual(await eventsOf(engine, run.id));
    expect(textOf([...before, ...after])).toBe('abcdefghij');
  });

  it('cancel', async () => {
    let aborted = false;
    const graph = new StateGraph(State)
      .addNode('talk', async (state, config) => {
        config.signal.addEventListener('abort', () => (aborted = true));
        return { messages: [await talker('x'.repeat(10_000), 1).invoke(state.messages, config)] };
      })
      .addEdge(START, 'talk')
      .addEdge('talk', END)
      .compile();
    const run = await engine.start(langGraphAgent({ name: 'talk', graph }), { input: HUMAN });
    const heard = heardOf(run);
    await until(() => textOf(heard).length > 3, 'some text');
    await run.cancel('enough');
    await expect(run.result).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    const events = await eventsOf(engine, run.id);
    expect(aborted).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'cancelled', data: { reason: 'enough' }, final: true });
    expect(events.at(-1)!.data).not.toHaveProperty('forced');
  });

  it('error', async () => {
    const graph = new StateGraph(State)
      .addNode('break', () => {
        throw new TypeError('the disk is full');
      })
      .addEdge(START, 'break')
      .addEdge('break', END)
      .compile();
    const run = await engine.start(langGraphAgent({ name: 'broken', graph }), { input: HUMAN });
    await expect(run.result).rejects.toMatchObject({ code: 'RUN_FAILED' });
    const events = await eventsOf(engine, run.id);
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      data: { code: 'AGENT_ERROR', errorType: 'TypeError', message: 'the disk is full', recoverable: false },
    });
    expect(events.filter(({ type }) => type === 'node.failed')).toHaveLength(1);
  });

  it('ask', async () => {
    const agent = langGraphAgent({ name: 'asking', graph: asking() });
    const run = await engine.start(agent, { input: {} });
    const heard = heardOf(run);
    const questions = () => heard.flatMap(({ type, data }) => (type === 'ask' ? [data] : []));
    await until(() => questions().length === 2, 'both questions');
    expect(run.status).toBe('waiting');
    const asks = questions();
    expect(asks.map(({ question }) => question).sort()).toEqual(['Send it?', 'To whom?']);
    for (const { askId, question } of asks) {
      await engine.runs.answer(run.id, askId, { value: question === 'Send it?' ? 'yes' : 'ann' });
    }
    expect(await run.result).toEqual({ one: 'yes', two: 'ann', done: 1 });
    const started = (await eventsOf(engine, run.id)).filter(({ type }) => type === 'node.started');
    expect(started.map(({ node }) => node).sort()).toEqual(['before', 'first', 'second']);
  });

  it('unknown event', async () => {
    const agent = langGraphAgent({ name: 'talk', graph: talk(), modes: ['debug'] });
    const run = await engine.start(agent, { input: HUMAN });
    await run.result;
    const events = await eventsOf(engine, run.id);
    expect(events.find(({ type }) => type === 'custom:langgraph.debug')).toMatchObject({
      data: { type: 'task', payload: { name: 'talk' } },
    });
  });
});
