// @ts-check
import { HttpAgent } from '@ag-ui/client';
import { createEngine, defineAgent } from 'sluice';
import { agUi } from 'sluice/bridges/ag-ui';
import { serveHttp } from 'sluice/http';
import * as z from 'zod';

const waiter = defineAgent({
  name: 'waiter',
  input: z.string(),
  async run(ctx, dish) {
    await ctx.node('kitchen', step => step.tool('cook', { dish }, () => `${dish}, hot`));
    ctx.token(`Here is your ${dish}. `);
    const isPaid = await ctx.ask('Will you pay?', { schema: z.boolean() });
    ctx.token(isPaid ? 'Thank you!' : 'Then you wash the dishes.');
    return { isPaid };
  },
});

const engine = createEngine({ agents: [waiter] });
const server = await serveHttp({ engine, port: 0, bridges: [agUi()] });

// From here on it is what a front end does, with the client of AG-UI alone.
const agent = new HttpAgent({ url: `${server.url}/agui`, threadId: 'table-4' });
/** @type {import('@ag-ui/client').AgentSubscriber} */
const print = {
  onTextMessageContentEvent: ({ event }) => console.log(`text       ${event.delta}`),
  onToolCallEndEvent: ({ toolCallName, toolCallArgs }) =>
    console.log('tool      ', toolCallName, toolCallArgs),
  onToolCallResultEvent: ({ event }) => console.log('result    ', event.content),
  onRunFinishedEvent: ({ event }) => console.log('finished  ', event.outcome?.type),
};

agent.messages.push({ id: 'm1', role: 'user', content: 'soup' });
await agent.runAgent({}, print);

const [question] = agent.pendingInterrupts;
console.log(`question   ${question?.message}`);
const { result } = await agent.runAgent(
  { resume: [{ interruptId: question?.id ?? '', status: 'resolved', payload: true }] },
  print,
);
console.log('result    ', result);

await engine.close();
await server.close();
