// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine, defineAgent } from 'sluice';
import { serveHttp } from 'sluice/http';

const count = defineAgent({
  name: 'count',
  run: async ctx => {
    for (let n = 1; n <= 20; n++) {
      ctx.token(`${n} `);
      await sleep(10);
    }
    return 'counted';
  },
});

/**
 * Reads events until the run ends, or until there are `most`: then the connection is dropped, as a network would.
 *
 * @param {string} url
 * @param {{ after?: string, most?: number }} options
 */
async function readEvents(url, { after, most = Infinity } = {}) {
  const response = await fetch(url, after === undefined ? {} : { headers: { 'last-event-id': after } });
  if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}.`);
  const seqs = [];
  let lastId = after;
  let unread = '';
  // Leaving this loop closes the connection.
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (unread + text).split('\n\n');
    // A frame that was cut in the middle does not count; it comes again.
    unread = frames.pop() ?? '';
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data === undefined) continue;
      lastId = /^id: (.*)$/m.exec(frame)?.[1] ?? lastId;
      seqs.push(JSON.parse(data).seq);
      if (seqs.length === most) return { seqs, lastId };
    }
  }
  return { seqs, lastId };
}

const engine = createEngine({ agents: [count] });
const server = await serveHttp({ engine, port: 0 });
const run = await engine.start('count');
const url = `${server.url}/runs/${run.id}/events`;

const before = await readEvents(url, { most: 5 });
console.log(`Read ${before.seqs.join(' ')}, and lost the connection.`);

await sleep(60);
console.log(`Nobody is connected, and the run is ${run.status}; its cursor is ${run.cursor}.`);

const after = await readEvents(url, before.lastId === undefined ? {} : { after: before.lastId });
console.log(`Came back with Last-Event-ID: ${before.lastId}, and read ${after.seqs.join(' ')}.`);

const read = [...before.seqs, ...after.seqs];
const isWhole = read.length === 22 && read.every((seq, at) => seq === at + 1);
console.log(isWhole ? `All ${read.length} events, each once.` : `Expected 1 to 22, got ${read.join(' ')}.`);

await server.close();
await engine.close();
process.exitCode = isWhole ? 0 : 1;
