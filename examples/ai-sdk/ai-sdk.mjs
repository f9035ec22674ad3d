// @ts-check
import { DefaultChatTransport, readUIMessageStream } from 'ai';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine, defineAgent } from 'sluice';
import { aiSdkChat } from 'sluice/bridges/ai-sdk';
import { serveHttp } from 'sluice/http';
import * as z from 'zod';

const teller = defineAgent({
  name: 'teller',
  input: z.string(),
  async run(ctx, hero) {
    await ctx.tool('look-up', { hero }, () => ({ kind: 'dragon' }));
    for (const word of `Once there was ${hero}, who was not afraid of anything.`.match(/\S+\s*/g) ?? []) {
      ctx.token(word);
      await sleep(20, undefined, { signal: ctx.signal });
    }
  },
});

const engine = createEngine({ agents: [teller] });
const server = await serveHttp({ engine, port: 0, bridges: [aiSdkChat()] });

// What useChat does, without React.
const transport = new DefaultChatTransport({ api: `${server.url}/api/chat` });
const page = new globalThis.AbortController();
const stream = await transport.sendMessages({
  ...{ chatId: 'chat-1', trigger: 'submit-message', messageId: undefined, abortSignal: page.signal },
  messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Ann' }] }],
});

/** @param {import('ai').UIMessage} message */
const textOf = ({ parts }) => parts.map(part => (part.type === 'text' ? part.text : '')).join('');

let seen = '';
for await (const message of readUIMessageStream({ stream, onError: () => undefined })) {
  seen = textOf(message);
  // The page is closed in the middle of a sentence.
  if (seen.includes('who')) break;
}
page.abort();
console.log(`before: ${seen}`);

const again = await transport.reconnectToStream({ chatId: 'chat-1' });
if (!again) throw new Error('nothing runs in this chat');
for await (const message of readUIMessageStream({ stream: again })) seen = textOf(message);
console.log(`after:  ${seen}`);
console.log(`active: ${(await transport.reconnectToStream({ chatId: 'chat-1' })) !== null}`);

await engine.close();
await server.close();
