// @ts-check
import { simulateReadableStream, stepCountIs, streamText, tool } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { createEngine, isNotice } from 'sluice';
import { aiSdkAgent, gatedTools } from 'sluice/bridges/ai-sdk';
import * as z from 'zod';

const usage = /** @type {never} */ ({ inputTokens: { total: 9 }, outputTokens: { total: 7 } });
/** @param {string} reason */
const finish = reason => ({ type: 'finish', usage, finishReason: { unified: reason, raw: reason } });
/** @param {string} text */
const words = text => text.split(/(?= )/).map(delta => ({ type: 'text-delta', id: '0', delta }));

// A model without a network: first it asks for a tool, then it answers. Yours streams the same way.
const answers = [
  [
    { type: 'tool-call', toolCallId: 'call-1', toolName: 'weather', input: '{"city":"Lisbon"}' },
    finish('tool-calls'),
  ],
  [
    { type: 'text-start', id: '0' },
    ...words('Take a hat: 21 degrees.'),
    { type: 'text-end', id: '0' },
    finish('stop'),
  ],
];
let calls = 0;
const model = new MockLanguageModelV3({
  doStream: async () => ({
    stream: simulateReadableStream({ chunks: /** @type {any[]} */ (answers[calls++]) }),
  }),
});

const tools = gatedTools({
  weather: tool({
    inputSchema: z.object({ city: z.string() }),
    // A person is asked first.
    needsApproval: true,
    execute: async ({ city }) => `${city}: 21 °C`,
  }),
});

const engine = createEngine({
  agents: [
    aiSdkAgent({
      name: 'guide',
      stream: (ctx, { messages }) =>
        streamText({ model, messages, tools, stopWhen: stepCountIs(5), abortSignal: ctx.signal }),
    }),
  ],
});

const run = await engine.start('guide', { input: 'What do I wear in Lisbon?' });
for await (const event of run) {
  if (isNotice(event)) continue;
  const said = event.type === 'token' ? event.data.content : event.type === 'ask' ? event.data.question : '';
  console.log(`${String(event.seq).padStart(3)}  ${event.type.padEnd(16)} ${said}`);
  if (event.type === 'ask') await engine.runs.answer(run.id, event.data.askId, { value: true });
}
console.log(await run.result);
await engine.close();
