// @ts-check
import { AIMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { END, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { createEngine, isNotice } from 'sluice';
import { gatedTools, langGraphAgent } from 'sluice/bridges/langgraph';
import * as z from 'zod';

const mail = tool(({ to }) => `sent to ${to}`, {
  name: 'mail',
  description: 'Sends the letter.',
  schema: z.object({ to: z.string() }),
});
// They stand in for the tools everywhere: `model.bindTools(tools)`, `new ToolNode(tools)`.
const tools = gatedTools([mail]);

// A model without a network. Yours streams the same way.
const model = new FakeListChatModel({ responses: ['Dear Ann, the tea is ready.'], sleep: 10 });

const graph = new StateGraph(MessagesAnnotation)
  .addNode('write', async state => ({ messages: [await model.invoke(state.messages)] }))
  .addNode('review', () => {
    const to = interrupt({ question: 'To whom shall it go?' });
    const call = { id: 'call-1', name: 'mail', args: { to }, type: /** @type {const} */ ('tool_call') };
    return { messages: [new AIMessage({ content: '', tool_calls: [call] })] };
  })
  .addNode('send', new ToolNode(tools))
  .addEdge(START, 'write')
  .addEdge('write', 'review')
  .addEdge('review', 'send')
  .addEdge('send', END)
  .compile({ checkpointer: new MemorySaver() });

const engine = createEngine({
  agents: [langGraphAgent({ name: 'letter', graph })],
  gate: [
    {
      name: 'only-friends',
      types: ['tool.called'],
      decide: ({ data }) =>
        JSON.stringify(data).includes('ann')
          ? { signal: 'PROCEED' }
          : { signal: 'FAIL', reason: 'no friend' },
    },
  ],
});

const run = await engine.start('letter', {
  input: { messages: [{ role: 'user', content: 'Write to Ann.' }] },
});
let text = '';
for await (const event of run) {
  if (isNotice(event)) continue;
  if (event.type === 'token') {
    text += event.data.content;
    continue;
  }
  if (text !== '') console.log(`      ${text}`);
  text = '';
  console.log(`${String(event.seq).padStart(3)}  ${event.type.padEnd(16)} ${event.node ?? ''}`);
  if (event.type === 'ask') {
    console.log(`      ${event.data.question} ann`);
    await engine.runs.answer(run.id, event.data.askId, { value: 'ann' });
  }
  if (event.type === 'tool.completed') console.log(`      ${JSON.stringify(event.data.result)}`);
}
await engine.close();
