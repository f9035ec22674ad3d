// @ts-check
import { randomUUID } from 'node:crypto';
import { ClientFactory } from '@a2a-js/sdk/client';
import { createEngine, defineAgent } from 'sluice';
import { a2a } from 'sluice/bridges/a2a';
import { serveHttp } from 'sluice/http';

const CURSOR = 'urn:sluice:a2a:run-events:1';

const counter = defineAgent({
  name: 'counter',
  description: 'Counts to ten, and asks how it went.',
  run: async ctx => {
    for (let at = 1; at <= 10; at++) ctx.token(`${at} `);
    await ctx.drained();
    return { mood: await ctx.ask('How did it go?') };
  },
});

const engine = createEngine({ agents: [counter] });
const server = await serveHttp({ engine, port: 0, bridges: [a2a()] });

const client = await new ClientFactory().createFromUrl(server.url);

/** A message as the client of the SDK wants it. */
const message = (/** @type {string} */ text, taskId = '') => ({
  ...{ tenant: '', configuration: undefined, metadata: undefined },
  message: {
    ...{ messageId: randomUUID(), role: 1, taskId, contextId: '', metadata: undefined },
    ...{ extensions: [], referenceTaskIds: [] },
    parts: [
      {
        ...{ metadata: undefined, filename: '', mediaType: 'text/plain' },
        content: { $case: /** @type {const} */ ('text'), value: text },
      },
    ],
  },
});

/** @param {any} response */
const wordsOf = ({ payload: { $case, value } }) => {
  const parts = $case === 'artifactUpdate' ? value.artifact.parts : (value.status?.message?.parts ?? []);
  return parts.map((/** @type {any} */ part) => part.content.value).join('');
};

let id = '';
let cursor = '';
let text = '';
for await (const response of client.sendMessageStream(message('count'))) {
  const { $case, value } = /** @type {any} */ (response.payload);
  if ($case === 'task') id = value.id;
  if ($case === 'artifactUpdate') text += wordsOf(response);
  cursor = value.metadata[CURSOR]?.cursor ?? cursor;
  // A client that is cut in the middle.
  if (text.includes('4')) break;
}
console.log(`cut behind: ${text}`);

for await (const response of client.resubscribeTask(
  { id, tenant: '' },
  { serviceParameters: { 'Last-Event-ID': cursor } },
)) {
  const { $case } = /** @type {any} */ (response.payload);
  if ($case === 'artifactUpdate') text += wordsOf(response);
  if ($case === 'statusUpdate' && wordsOf(response) !== '') console.log(`it asks: ${wordsOf(response)}`);
}
console.log(`each once: ${text}`);

const task = await client.sendMessage(message('very well', id));
console.log(JSON.stringify('artifacts' in task && task.artifacts.at(-1)?.parts[0]?.content));

await server.close();
await engine.close();
