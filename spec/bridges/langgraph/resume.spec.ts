import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Annotation, END, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';
import { langGraphAgent } from '../../../src/bridges/langgraph/langgraph-agent.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { AnyAgent } from '../../../src/engine/define-agent.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { until } from '../../support/settle.ts';
import { eventsOf, heardOf } from '../run-record.ts';
import { asking } from './graphs.ts';

describe('a graph whose process is gone', () => {
  let root: string;
  const engines: Engine[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sluice-langgraph-'));
  });
  afterEach(async () => {
    await Promise.all(engines.splice(0).map(engine => engine.close()));
    rmSync(root, { recursive: true });
  });

  async function engineAt(folder: string, agent: AnyAgent): Promise<Engine> {
    const backend = await fileBackend({ dir: join(root, folder) });
    const engine = createEngine({ backend, agents: [agent], grace: 0 });
    engines.push(engine);
    await engine.ready;
    return engine;
  }

  /** What the next process finds: the folder as it is now. */
  const crashed = (): void => cpSync(join(root, 'one'), join(root, 'two'), { recursive: true });

  it('asks its open questions again, and goes on with the answers', async () => {
    const agent = langGraphAgent({ name: 'asking', graph: asking(new MemorySaver()) });
    const one = await engineAt('one', agent);
    const run = await one.start('asking', { input: {}, threadId: 'chat' });
    const heard = heardOf(run);
    await until(() => askIds(heard).length === 2, 'both questions');
    await until(() => run.status === 'waiting', 'the run to wait');
    crashed();
    const two = await engineAt('two', agent);
    const again: RunEvent[] = [];
    two.events(run.id).subscribe(item => {
      if (!('notice' in item)) again.push(item);
    });
    await until(() => askIds(again).length === 4, 'both questions again');
    for (const askId of askIds(again).slice(2)) await two.runs.answer(run.id, askId, { value: 'yes' });
    const events = await eventsOf(two, run.id);
    expect(events.at(-1)).toMatchObject({
      type: 'complete',
      data: { output: { one: 'yes', two: 'yes', done: 1 } },
    });
    const started = events.filter(({ type }) => type === 'node.started').map(({ node }) => node);
    expect(started.filter(node => node === 'before')).toHaveLength(1);
  });

  it('goes on with the step that it was in, and does none again that was saved', async () => {
    const done: string[] = [];
    let isStuck = true;
    const graph = new StateGraph(Annotation.Root({ n: Annotation<number>() }))
      .addNode('first', () => {
        done.push('first');
        return { n: 1 };
      })
      .addNode('second', async ({ n }) => {
        done.push('second');
        if (isStuck) await new Promise(() => undefined);
        return { n: n + 1 };
      })
      .addEdge(START, 'first')
      .addEdge('first', 'second')
      .addEdge('second', END)
      .compile({ checkpointer: new MemorySaver() });
    const agent = langGraphAgent({ name: 'stuck', graph });
    const one = await engineAt('one', agent);
    const run = await one.start('stuck', { input: { n: 0 } });
    const heard = heardOf(run);
    await until(() => heard.some(({ node }) => node === 'second'), 'the second step');
    crashed();
    isStuck = false;
    const two = await engineAt('two', agent);
    expect((await eventsOf(two, run.id)).at(-1)).toMatchObject({
      type: 'complete',
      data: { output: { n: 2 } },
    });
    expect(done).toEqual(['first', 'second', 'second']);
  });

  it('does not begin anew where nothing of it was saved', async () => {
    const one = await engineAt('one', langGraphAgent({ name: 'asking', graph: asking(new MemorySaver()) }));
    const run = await one.start('asking', { input: {} });
    await until(() => run.status === 'waiting', 'the run to wait');
    crashed();
    const two = await engineAt('two', langGraphAgent({ name: 'asking', graph: asking(new MemorySaver()) }));
    expect((await eventsOf(two, run.id)).at(-1)).toMatchObject({
      type: 'error',
      data: { code: 'OWNER_LOST' },
    });
  });

  it('does not take the state of an earlier run of its thread for its own', async () => {
    let isStuck = false;
    const saver = new MemorySaver();
    const graph = new StateGraph(Annotation.Root({ n: Annotation<number> }))
      .addNode('add', ({ n }) => ({ n: n + 1 }))
      .addEdge(START, 'add')
      .addEdge('add', END)
      .compile({ checkpointer: saver });
    const put = saver.put.bind(saver);
    saver.put = async (...saved) => (isStuck ? new Promise<never>(() => undefined) : put(...saved));
    const agent = langGraphAgent({ name: 'add', graph });
    const one = await engineAt('one', agent);
    expect(await (await one.start('add', { input: { n: 1 }, threadId: 'chat' })).result).toEqual({ n: 2 });
    isStuck = true;
    const run = await one.start('add', { input: { n: 5 }, threadId: 'chat' });
    const heard = heardOf(run);
    await until(() => heard.some(({ type }) => type === 'checkpoint'), 'the mark of the thread');
    crashed();
    const two = await engineAt('two', agent);
    expect((await eventsOf(two, run.id)).at(-1)).toMatchObject({
      type: 'error',
      data: { code: 'OWNER_LOST' },
    });
  });

  it('has threads of its tenant and its conversation', async () => {
    const seen: unknown[] = [];
    const graph = new StateGraph(Annotation.Root({ n: Annotation<number> }))
      .addNode('look', (_, config) => {
        seen.push(config.configurable?.['thread_id']);
        return {};
      })
      .addEdge(START, 'look')
      .addEdge('look', END)
      .compile({ checkpointer: new MemorySaver() });
    const agent = langGraphAgent({ name: 'look', graph });
    const engine = await engineAt('one', agent);
    await (
      await engine.start('look', { input: { n: 1 }, tenantId: 'ann', threadId: 'chat' })
    ).result;
    await (
      await engine.start('look', { input: { n: 1 }, tenantId: 'bob', threadId: 'chat' })
    ).result;
    await (
      await engine.start('look', { input: { n: 1 }, id: 'alone' })
    ).result;
    expect(seen).toEqual(['ann/chat', 'bob/chat', 'default/alone']);
  });
});

function askIds(events: readonly RunEvent[]): string[] {
  return events.flatMap(({ type, data }) => (type === 'ask' ? [data.askId] : []));
}
