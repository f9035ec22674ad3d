import { setTimeout as pause } from 'node:timers/promises';
import { redisBackend } from '../../src/backends/redis/redis-backend.ts';
import type { Backend } from '../../src/backends/backend.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { serveHttp } from '../../src/http/serve-http.ts';
import { canaryFlock } from './canary-flock.ts';
import { chaosAgents } from './chaos-agents.ts';
import { readFromEngine } from './engine-reader.ts';
import { HistoryFile } from './history.ts';
import type { FromInstance, InstanceConfig, ToInstance } from './instance-process.ts';
import { Chance } from './seeded-chance.ts';

// One engine with its HTTP server, in a process of its own. Ends with whoever started it.
process.on('disconnect', () => process.exit(1));

const config = JSON.parse(process.argv[2]!) as InstanceConfig;
const { name, life, redisPort, prefix, seed } = config;
const by = `${name}${life}`;
const history = new HistoryFile(config.history);
const canaries = canaryFlock(seed);
const watched = new Set<string>();
const tell = (message: FromInstance): void => void process.send!(message);

const engine = createEngine({
  backend: await open(),
  agents: chaosAgents({ history, by, canaries: Object.values(canaries) }),
  secrets: canaries,
  grace: 500,
  maxDuration: 60_000,
  storageTimeout: 15_000,
  limits: { eventBytes: 16_384 },
});
// Rejects while Redis is away; what it does is done again by the next sweep.
await engine.ready.catch(() => undefined);
const server = await serveHttp({ engine, port: 0 });

process.on('message', (message: ToInstance) => {
  if ('watch' in message) watch(message.watch);
  if ('report' in message) report();
  if ('close' in message)
    void engine
      .close()
      .then(() => server.close())
      .then(() => process.exit(0));
});
tell({ listening: server.port });

function watch(run: string): void {
  // It may be told twice: as one of all runs, and as a new one while this process came up.
  if (watched.has(run)) return;
  watched.add(run);
  for (const [at, isRestless] of [false, true].entries()) {
    const chance = new Chance(seed + at + life);
    void readFromEngine(run, { engine, history, chance, reader: `${by}.${at}`, isRestless });
  }
}

function report(): void {
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  tell({ handles, liveRuns: engine.stats.liveRuns, streams: server.streams });
}

/** A backend whose times are short, so that much happens in a minute. */
async function open(): Promise<Backend> {
  for (;;) {
    try {
      return await redisBackend({
        ...{ url: `redis://127.0.0.1:${redisPort}`, prefix, lease: 2_000, sweep: 1_000 },
        ...{ poll: 1_000, timeout: 2_000 },
        onTrouble: ({ trouble, message }) => console.error(trouble, message),
      });
    } catch (error) {
      console.error(error);
      await pause(200);
    }
  }
}
