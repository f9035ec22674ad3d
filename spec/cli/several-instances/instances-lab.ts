import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { connectRun } from '../../../src/client/connect-run.ts';
import type { RunItem } from '../../../src/run/window.ts';
import { nginxServer, type NginxServer } from '../../support/nginx-server.ts';
import { freePort, redisServer, type RedisServer } from '../../support/redis-server.ts';
import { buildCommand, runProcess, type BuiltCommand, type CommandProcess } from '../command-process.ts';

const AGENTS = `
import { setTimeout } from 'node:timers/promises';

const count = async (ctx, from) => {
  for (let n = from; !ctx.signal.aborted; n++) {
    ctx.token(n + ' ');
    if (n % 20 === 19) await ctx.checkpoint('counted', n + 1);
    await setTimeout(5);
  }
};

// Counts for as long as it may.
export const counter = { name: 'counter', run: ctx => count(ctx, 0) };
// The same for as long as nobody has to go on with it.
export const steady = {
  name: 'steady',
  run: ctx => count(ctx, 0),
  resume: async (ctx, checkpoint) => 'went on from ' + checkpoint.data,
};
// Says nothing, for as long as it may.
export const silent = {
  name: 'silent',
  run: ctx => new Promise(resolve => ctx.signal.addEventListener('abort', resolve)),
};
// Says something, and nothing more before it has an answer.
export const asking = {
  name: 'asking',
  run: async ctx => { ctx.token('Before.'); return ctx.ask('Go on?'); },
};
`;

/** A process of `sluice serve`. */
export interface Served {
  readonly process: CommandProcess;
  readonly url: string;
}

/** What somebody was given of a run, and by which instances. */
export interface Watched {
  readonly items: readonly RunItem[];
  readonly seqs: readonly number[];
  readonly servedBy: ReadonlySet<string>;
  readonly ended: Promise<void>;
}

/** A Redis, an nginx as it is shipped, and places for two instances. */
export interface InstancesLab {
  readonly redis: RedisServer;
  readonly nginx: NginxServer;
  /** Starts the instance at one of the two places, and waits until it listens. */
  serve(place: 0 | 1): Promise<Served>;
  /** Another command of sluice, at the address of nginx. */
  sluice(...args: readonly string[]): CommandProcess;
  /** Reads a run through nginx until its end. */
  watch(runId: string): Watched;
}

/** Sets the lab up for the tests of one file; what they started is killed behind each. */
export function instancesLab(): InstancesLab {
  let command: BuiltCommand;
  let redis: RedisServer;
  let nginx: NginxServer;
  let ports: [number, number];
  const running: CommandProcess[] = [];
  const stop = new Set<AbortController>();
  const run = (args: readonly string[], env: Record<string, string>): CommandProcess => {
    const started = runProcess(command.path, args, { env, cwd: command.folder });
    running.push(started);
    return started;
  };

  beforeAll(async () => {
    command = await buildCommand();
    mkdirSync(join(command.folder, 'agents'));
    writeFileSync(join(command.folder, 'agents/agents.mjs'), AGENTS);
  }, 60_000);
  beforeEach(async () => {
    redis = await redisServer('--maxmemory-policy', 'noeviction');
    ports = [await freePort(), await freePort()];
    nginx = await nginxServer(ports);
  });
  afterEach(async () => {
    for (const controller of stop) controller.abort();
    stop.clear();
    for (const started of running) started.kill('SIGKILL');
    await Promise.all(running.splice(0).map(({ ended }) => ended));
    await nginx?.close();
    await redis?.close();
  });
  afterAll(() => command?.remove());

  return {
    get redis() {
      return redis;
    },
    get nginx() {
      return nginx;
    },
    async serve(place) {
      const args = ['serve', '--backend', 'redis', '--agents', './agents/agents.mjs'];
      const process = run([...args, '--port', String(ports[place])], { REDIS_URL: redis.url });
      const [, url] = await process.says(/Open {2}(http:\S+)/);
      return { process, url: url! };
    },
    sluice: (...args) => run(args, { SLUICE_URL: nginx.url }),
    watch(runId) {
      const controller = new AbortController();
      stop.add(controller);
      const items: RunItem[] = [];
      const servedBy = new Set<string>();
      const noted: typeof fetch = async (input, init) => {
        const response = await fetch(input, init);
        // Those that nginx tried in vain come before.
        const by = response.headers.get('x-served-by')!.split(', ').at(-1)!;
        if (response.ok) servedBy.add(`http://${by}`);
        return response;
      };
      const url = `${nginx.url}/runs/${runId}/events`;
      const options = { signal: controller.signal, fetch: noted, retryDelay: 50, maxRetryDelay: 500 };
      const read = async (): Promise<void> => {
        for await (const item of connectRun(url, options)) items.push(item);
      };
      return {
        items,
        servedBy,
        ended: read(),
        get seqs() {
          return items.flatMap(item => ('seq' in item ? [item.seq] : []));
        },
      };
    },
  };
}
