import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildCommand,
  paste,
  runProcess,
  type BuiltCommand,
  type CommandProcess,
} from './command-process.ts';

let command: BuiltCommand;
const running: CommandProcess[] = [];

beforeAll(async () => {
  command = await buildCommand();
}, 60_000);
afterAll(() => command.remove());
afterEach(async () => {
  for (const started of running) started.kill('SIGKILL');
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});

function sluice(args: readonly string[], env: Record<string, string> = {}): CommandProcess {
  const started = runProcess(command.path, args, { env, cwd: command.folder });
  running.push(started);
  return started;
}

/** A server on a free port, and where it is. */
async function serve(...args: string[]): Promise<{ server: CommandProcess; url: string }> {
  const server = sluice(['serve', '--port', '0', ...args]);
  const [, url] = await server.says(/Open {2}(http:\S+)/);
  await server.says(/Ctrl-C stops it/);
  return { server, url: url! };
}

function agentsFile(name: string, text: string): string {
  writeFileSync(join(command.folder, name), text);
  return `./${name}`;
}

const start = async (url: string, agent: string): Promise<string> => {
  const body = JSON.stringify({ agent });
  const response = await fetch(`${url}/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return ((await response.json()) as { runId: string }).runId;
};

describe('sluice', () => {
  it('tells its version', async () => {
    const version = sluice(['--version']);
    expect(await version.ended).toBe(0);
    expect(version.said.out).toBe('1.2.3\n');
  });

  it.each([
    [['--help'], 0, /\$ sluice serve --demo/],
    [['serve', '--help'], 0, /Examples:[^]+--agents \.\/agents\.mjs[^]+Exit codes:[^]+the port is taken/],
    [[], 2, /Usage: sluice/],
    [['srve'], 2, /Did you mean serve/],
    [['serve', '--prot', '1'], 2, /Did you mean --port[^]+sluice serve --help/],
    [['serve', '--port', 'http'], 2, /BAD_OPTION --port: expected a port from 0 to 65535, got "http"/],
    [
      ['serve', '--backend', 'mongo'],
      2,
      /BAD_OPTION --backend: expected memory, file:DIR or redis:[^]+"mongo"/,
    ],
    [['serve', '--host', '0.0.0.0'], 2, /UNSAFE_ADDRESS --host 0\.0\.0\.0/],
    [
      ['serve', '--agents', './absent.mjs'],
      2,
      /BAD_OPTION --agents \S+absent\.mjs: [^]*there is no such file/,
    ],
    [['serve', '--demo', '--survey', './absent'], 2, /BAD_OPTION --survey: expected a folder/],
  ])('%j ends with %i and says why', async (args, code, text) => {
    const ended = sluice(args);
    expect(await ended.ended).toBe(code);
    expect(ended.said[code === 0 ? 'out' : 'err']).toMatch(text);
    expect(ended.said.err).not.toMatch(/^ +at /m);
  });
});

describe('sluice serve', () => {
  it('shows lines that work as they are pasted', async () => {
    const { server } = await serve('--demo');
    const [watch, echo, list] = [...server.said.out.matchAll(/^ +(curl .*)$/gm)].map(([, line]) => line!);
    const watching = paste(watch!);
    running.push(watching);
    await watching.says(/event: tool\.completed\ndata: .*"tool\.completed".*\nid: /);
    const echoing = paste(echo!);
    expect(await echoing.ended).toBe(0);
    expect(echoing.said.out.match(/^event: token$/gm)).toHaveLength(7);
    expect(echoing.said.out).toMatch(/event: complete\n/);
    const listing = paste(list!);
    expect(await listing.ended).toBe(0);
    const { runs } = JSON.parse(listing.said.out) as { runs: { agent: string; status: string }[] };
    expect(runs.map(({ agent, status }) => [agent, status])).toEqual([
      ['echo', 'completed'],
      ['survey', 'running'],
    ]);
  });

  it('has the agents of its owner alone, unless it is a demo', async () => {
    const file = agentsFile('agents.mjs', `export const hello = { name: 'hello', run: async () => 'hi' };`);
    const { url } = await serve('--agents', file);
    const { agents } = (await (await fetch(`${url}/agents`)).json()) as { agents: { name: string }[] };
    expect(agents.map(({ name }) => name)).toEqual(['hello']);
    const answer = await fetch(`${url}/invoke/hello`, { method: 'POST' });
    expect(await answer.json()).toMatchObject({ output: 'hi' });
    expect((await fetch(`${url}/invoke/echo`, { method: 'POST' })).status).toBeGreaterThanOrEqual(400);
  });

  it('says what to do where its agents cannot be loaded', async () => {
    const needs = agentsFile('needs.mjs', `import 'a-package-of-nobody';`);
    const refused = sluice(['serve', '--port', '0', '--agents', needs]);
    expect(await refused.ended).toBe(2);
    expect(refused.said.err).toMatch(/needs\.mjs\. Run there: npm install a-package-of-nobody\n$/);
    const typed = agentsFile('agents.unknown', `export const a = 1;`);
    const unread = sluice(['serve', '--port', '0', '--agents', typed]);
    expect(await unread.ended).toBe(2);
    expect(unread.said.err).toMatch(/agents\.unknown[^\n]+Compile it to JavaScript[^\n]+\n$/);
  });

  it('answers clients of other systems, if it is told to', async () => {
    const file = agentsFile('hello.mjs', `export const hello = { name: 'hello', run: async () => 'hi' };`);
    const { url } = await serve('--agents', file, '--bridge', 'dockrion', '--bridge', 'a2a-queue');
    const invoked = await fetch(`${url}/dockrion/invoke`, { method: 'POST' });
    expect(await invoked.json()).toMatchObject({ success: true, output: 'hi' });
    expect(await (await fetch(`${url}/events/queues`)).json()).toEqual([]);
    const other = await serve('--agents', file);
    expect((await fetch(`${other.url}/events/queues`)).status).toBe(404);
  });

  it('takes the port of the environment, and a flag before it', async () => {
    const refused = sluice(['serve'], { PORT: 'none' });
    expect(await refused.ended).toBe(2);
    expect(refused.said.err).toContain('BAD_OPTION PORT: ');
    const served = sluice(['serve', '--port', '0'], { PORT: 'none', HOST: '', SLUICE_BACKEND: 'memory' });
    await served.says(/Open {2}http:\/\/127\.0\.0\.1:/);
  });

  it('says that its port is taken, and what to do', async () => {
    const { url } = await serve();
    const { port } = new URL(url);
    const second = sluice(['serve', '--port', port]);
    expect(await second.ended).toBe(3);
    expect(second.said.err).toContain(`PORT_IN_USE port ${port} of 127.0.0.1 is taken`);
    expect(second.said.err).toContain('--port 0');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('tells its watchers and ends with 0 on %s', async signal => {
    const { server, url } = await serve('--demo');
    const id = await start(url, 'survey');
    const response = await fetch(`${url}/runs/${id}/events`);
    const text = response.text();
    server.kill(signal);
    expect(await server.ended).toBe(0);
    expect(server.said.err).toMatch(/2 runs get a few seconds/);
    expect(await text).toMatch(/event: cancelled\ndata: .*"final":true/);
  });

  it('ends at once on a second signal, whatever still runs', async () => {
    const file = agentsFile(
      'deaf.mjs',
      `export const deaf = { name: 'deaf', run: () => new Promise(() => {}) };`,
    );
    const { server, url } = await serve('--agents', file);
    await start(url, 'deaf');
    server.kill('SIGINT');
    await server.says(/stopping/);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(143);
  });

  it('logs what subscribers of agents throw, and goes on', async () => {
    const file = agentsFile(
      'throws.mjs',
      `import { of } from 'rxjs';
       const run = async () => void of(1).subscribe(() => { throw new Error('aside'); });
       export default [{ name: 'throws', run }];`,
    );
    const { server, url } = await serve('--agents', file);
    const answer = await fetch(`${url}/invoke/throws`, { method: 'POST' });
    expect(answer.status).toBe(200);
    await server.says(/An RxJS subscriber threw: Error: aside/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('outlives listeners of agents that throw, and promises that nobody awaits', async () => {
    const file = agentsFile(
      'careless.mjs',
      `const run = async ctx => {
         ctx.signal.addEventListener('abort', () => { throw new Error('in a listener'); });
         void Promise.reject(new Error('in a promise'));
         ctx.token('ready');
         await new Promise(resolve => ctx.signal.addEventListener('abort', resolve));
       };
       export default [{ name: 'careless', run }];`,
    );
    const { server, url } = await serve('--agents', file);
    const id = await start(url, 'careless');
    await server.says(/Nobody caught: Error: in a promise/);
    await fetch(`${url}/runs/${id}/cancel`, { method: 'POST' });
    await server.says(/Nobody caught: Error: in a listener/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});
