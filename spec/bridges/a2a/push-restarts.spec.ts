import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseCursor } from '../../../src/event/cursor.ts';
import {
  buildCommand,
  runProcess,
  type BuiltCommand,
  type CommandProcess,
} from '../../cli/command-process.ts';
import { redisServer, type RedisServer } from '../../support/redis-server.ts';
import { until, untilAsked } from '../../support/settle.ts';
import { Hook } from './push-hook.ts';

// Counts for as long as it may, and goes on in another process from where it was.
const AGENTS = `
import { setTimeout } from 'node:timers/promises';
const count = async (ctx, from) => {
  for (let n = from; n < 100000; n++) {
    ctx.step('n' + n);
    if (n % 5 === 4) await ctx.checkpoint('counted', n + 1);
    await setTimeout(20, undefined, { signal: ctx.signal });
  }
};
export const counter = {
  name: 'counter',
  run: ctx => count(ctx, 0),
  resume: (ctx, checkpoint) => count(ctx, checkpoint?.data ?? 0),
};
`;
const SETTINGS = `
bridges: { a2a: { push: any } }
redis: { lease: 2s, sweep: 200ms }
`;
/** What only the receiver may see. */
const TOKEN = ['push', 'canary', 'token'].join('-');
const CREDENTIALS = ['push', 'canary', 'credentials'].join('-');
const SECRET = 'a secret for the seals of one spec';
const HEADERS = { 'a2a-version': '1.0', 'content-type': 'application/json' };

interface Served {
  readonly process: CommandProcess;
  readonly url: string;
}

let command: BuiltCommand;
const hook = new Hook();
const running: CommandProcess[] = [];

beforeAll(async () => {
  command = await buildCommand();
  writeFileSync(join(command.folder, 'agents.mjs'), AGENTS);
  writeFileSync(join(command.folder, 'settings.yaml'), SETTINGS);
}, 60_000);
beforeEach(async () => {
  hook.received.length = hook.taken.length = 0;
  await hook.begin();
});
afterEach(async () => {
  for (const process of running) process.kill('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
  await hook.end();
});
afterAll(() => command.remove());

async function serve(backend: string, env: Record<string, string> = {}): Promise<Served> {
  const args = ['serve', '--port', '0', '--backend', backend, '--config', 'settings.yaml'];
  const started = runProcess(command.path, [...args, '--agents', './agents.mjs'], {
    ...{ env, cwd: command.folder },
  });
  running.push(started);
  const [url] = await started.says(/http:\/\/127\.0\.0\.1:\d+/);
  return { process: started, url };
}

async function ask(
  served: Served,
  path: string,
  body?: object,
  method = 'POST',
): Promise<Record<string, unknown>> {
  const init = body ? { method, body: JSON.stringify(body) } : { method };
  const answer = await fetch(`${served.url}/a2a/v1${path}`, { headers: HEADERS, ...init });
  return (await answer.json()) as Record<string, unknown>;
}

/** Begins a task whose updates go to the hook. */
async function begin(served: Served): Promise<string> {
  const { task } = (await ask(served, '/message:send', {
    message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'count' }] },
    configuration: {
      returnImmediately: true,
      taskPushNotificationConfig: {
        ...{ id: 'mine', url: hook.url, token: TOKEN },
        authentication: { scheme: 'Bearer', credentials: CREDENTIALS },
      },
    },
  })) as { task: { id: string } };
  return task.id;
}

function seqs(): number[] {
  return hook.cursors.map(cursor => parseCursor(cursor).seq);
}

/** Every event came, and what came again came again at once: nothing overtook anything. */
function expectInOrder(): void {
  const came = seqs();
  const first = came.filter((seq, at) => !came.slice(0, at).includes(seq));
  expect(first).toEqual(first.map((_, at) => at + 1));
  for (const [at, seq] of came.entries()) if (at > 0) expect(seq).toBeGreaterThanOrEqual(came[at - 1]!);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

describe('a server that is killed, on files', () => {
  it.each([
    ['in clear, for its user alone', {}],
    ['sealed', { SLUICE_GRANTS_SECRET: SECRET }],
  ])(
    'goes on with what was configured, which it keeps %s',
    async (how, env: Record<string, string>) => {
      const dir = join(command.folder, how.slice(0, 2));
      mkdirSync(dir);
      const first = await serve(`file:${dir}`, env);
      const id = await begin(first);
      await until(() => hook.taken.length > 10, 'updates before the kill');
      first.process.kill('SIGKILL');
      await first.process.ended;
      const before = Math.max(...seqs());

      const second = await serve(`file:${dir}`, env);
      await until(() => Math.max(...seqs()) > before + 40, 'updates behind the restart');
      expectInOrder();
      expect(hook.taken.at(-1)!.headers).toMatchObject({
        ...{ authorization: `Bearer ${CREDENTIALS}`, 'x-a2a-notification-token': TOKEN },
      });

      const path = `/tasks/${id}/pushNotificationConfigs`;
      const listed = {
        configs: [{ id: 'mine', url: hook.url, taskId: id, authentication: { scheme: 'Bearer' } }],
      };
      expect(await ask(second, path, undefined, 'GET')).toMatchObject(listed);
      const shown = JSON.stringify([
        await ask(second, path, undefined, 'GET'),
        await ask(second, `${path}/mine`, undefined, 'GET'),
        await ask(second, `/tasks/${id}`, undefined, 'GET'),
      ]);
      expect(shown).not.toMatch(/push-canary/);
      const store = join(dir, 'notes.journal');
      expect(existsSync(store) && statSync(store).mode & 0o777).toBe(0o600);
      const telling = filesIn(dir).filter(file => readFileSync(file, 'utf8').includes('push-canary'));
      expect(telling).toEqual(env['SLUICE_GRANTS_SECRET'] ? [] : [store]);
    },
    60_000,
  );
});

describe('two servers on one Redis', () => {
  let redis: RedisServer;
  beforeEach(async () => void (redis = await redisServer('--maxmemory-policy', 'noeviction')));
  afterEach(() => redis.close());

  it('deliver each update once while both live, and go on when one is killed', async () => {
    const [first, second] = [await serve(redis.url), await serve(redis.url)];
    const id = await begin(first);
    await until(() => hook.taken.length > 60, 'updates while both live');
    expect(seqs()).toEqual(seqs().map((_, at) => at + 1));
    const one = `/tasks/${id}/pushNotificationConfigs/mine`;
    expect(await ask(second, one, undefined, 'GET')).toMatchObject({ id: 'mine', url: hook.url });

    first.process.kill('SIGKILL');
    await first.process.ended;
    const before = Math.max(...seqs());
    await until(() => Math.max(...seqs()) > before + 40, 'updates of the other server');
    expectInOrder();
    // The one that was under way at the kill may have come twice.
    expect(seqs().length - new Set(seqs()).size).toBeLessThanOrEqual(1);
  }, 60_000);

  it('say no more once another server has deleted the configuration', async () => {
    const [first, second] = [await serve(redis.url), await serve(redis.url)];
    const id = await begin(first);
    await until(() => hook.taken.length > 10, 'updates');
    await ask(second, `/tasks/${id}/pushNotificationConfigs/mine`, undefined, 'DELETE');
    // The one under way.
    const told = hook.received.length + 1;
    const { cursor } = (await (await fetch(`${second.url}/runs/${id}/offset`)).json()) as { cursor: string };
    await untilAsked(async () => {
      const now = (await (await fetch(`${second.url}/runs/${id}/offset`)).json()) as { cursor: string };
      return parseCursor(now.cursor).seq > parseCursor(cursor).seq + 20;
    }, 'more events');
    expect(hook.received.length).toBeLessThanOrEqual(told);
  }, 60_000);
});
