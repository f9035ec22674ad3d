// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine, isNotice, runGraph } from 'sluice';

// One policy for the whole engine: what fails is tried three times, with a little more patience each time.
const engine = createEngine({
  gate: [
    {
      name: 'retry',
      types: ['tool.failed'],
      decide: (_, { attempt }) =>
        attempt < 3 ? { signal: 'RETRY', delay: 50 * attempt } : { signal: 'PROCEED' },
    },
  ],
});

let requests = 0;

/** A source that is down for its first two requests, and honours the signal that it is given. */
async function weather(/** @type {string} */ city, /** @type {AbortSignal} */ signal) {
  await sleep(30, undefined, { signal });
  if (++requests < 3) throw new Error('503 Service Unavailable');
  return `${city}: 21 °C`;
}

const run = await engine.start(async ctx => {
  const report = await runGraph(
    ctx,
    {
      place: () => 'Lisbon',
      weather: (step, given) =>
        step.tool('weather', { city: String(given.place) }, ({ city }, { signal }) => weather(city, signal), {
          timeout: 2_000,
        }),
      sights: async (_, given) => [`${String(given.place)} has a castle`, 'and a tower'],
      letter: (step, given) => {
        for (const part of [String(given.weather), .../** @type {string[]} */ (given.sights)]) {
          step.token(`${part}. `);
        }
        return 'written';
      },
    },
    { weather: ['place'], sights: ['place'], letter: ['weather', 'sights'] },
    { name: 'letter', concurrency: 2 },
  );
  return report.results.letter;
});

for await (const event of run) {
  if (isNotice(event)) continue;
  const indent = '  '.repeat(event.node?.split('/').length ?? 0);
  console.log(`${String(event.seq).padStart(3)} ${indent}${event.type} ${event.node ?? ''} ${note(event)}`);
}
console.log(await run.result);
await engine.close();

/**
 * What is worth a look in an event.
 *
 * @param {import('sluice').RunEvent} event
 */
function note({ type, data }) {
  if (type === 'token') return JSON.stringify(data.content);
  if (type === 'tool.failed') return `${data.error}; again: ${data.willRetry}`;
  if (type === 'control.decided') return `${data.policy} says ${data.signal}`;
  return '';
}
