// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { circuitBreaker, createEngine, createGate, fallbackValue, retry } from 'sluice';

/** A price service: now and then it fails, and for a while it is down altogether. */
let requests = 0;
async function price(/** @type {{ item: string }} */ { item }) {
  await sleep(5);
  const n = ++requests;
  if (n === 1 || (n >= 4 && n <= 6)) throw new Error('503 Service Unavailable');
  return `${item} costs ${10 + n}`;
}

const gate = createGate([
  // Tries again after 20 and 40 ms, less a bit of chance.
  retry({ attempts: 3, delay: 20 }),
  // After four failures in a minute nobody calls for 200 ms, then one call tries.
  circuitBreaker({
    failures: 4,
    within: 60_000,
    cooldown: 200,
    then: { fallback: 'price unknown (spared)' },
  }),
  // When all attempts have failed.
  fallbackValue({ value: 'price unknown (failed)' }),
]);
const engine = createEngine({ gate });
engine.decisions$.subscribe(({ policy, signal, reason }) => console.log(`  ${policy} ${signal}: ${reason}`));

const run = await engine.start(async ctx => {
  for (const item of ['tea', 'rice', 'salt', 'milk', 'oil']) {
    // The agent knows nothing of all this.
    ctx.token(await ctx.tool('price', { item }, price));
    if (item === 'milk') await sleep(250, undefined, { signal: ctx.signal });
  }
});
for await (const event of run) {
  if ('type' in event && event.type === 'token') console.log(event.data.content);
}
console.log(`${requests} requests to the service.`);
await engine.close();
