// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { budget, createEngine, createGate, isSluiceError } from 'sluice';

const engine = createEngine({ gate: createGate([budget({ tokens: 1_000, toolCalls: 20 })]) });

/** What stands for a model here: an answer, and what it used. */
const model = async () => {
  await sleep(20);
  return { text: 'Let me think about that once more. ', used: { inputTokens: 240, outputTokens: 60 } };
};

const run = await engine.start(async ctx => {
  // An agent that would never stop by itself.
  for (let turn = 1; ; turn++) {
    try {
      const { text } = await ctx.llm({ model: 'thinker', messages: [] }, model, {
        usage: ({ used }) => used,
      });
      ctx.token(text);
    } catch (error) {
      if (!isSluiceError(error, 'VETOED')) throw error;
      return `stopped before turn ${turn}: ${error.message}`;
    }
  }
});
for await (const event of run) {
  if ('type' in event && event.type === 'llm.response') console.log(event.data.usage);
}
console.log(await run.result);
await engine.close();
