import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { buildCommand, runProcess, type BuiltCommand, type CommandProcess } from './command-process.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/container');
const text = (name: string): string => readFileSync(join(EXAMPLE, name), 'utf8');

/** Instructions of a Dockerfile, without comments. */
const instructions = text('Dockerfile')
  .split('\n')
  .filter(line => /^[A-Z]+ /.test(line))
  .map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
const told = (name: string): string[] =>
  instructions.filter(([word]) => word === name).map(([, rest]) => rest);
const wordsOf = (instruction: string): string[] => JSON.parse(/\[.*\]$/.exec(instruction)![0]) as string[];

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      { image?: string; ports?: string[]; volumes?: string[]; environment?: Record<string, string> }
    >
  >;
  readonly volumes: object;
  readonly secrets: object;
}

describe('the container', () => {
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
  const sluice = (args: readonly string[], env: Record<string, string>): CommandProcess => {
    const started = runProcess(command.path, args, { env, cwd: command.folder });
    running.push(started);
    return started;
  };

  it('is not root, has no secrets, and comes from no other registry than the usual one', () => {
    expect(told('USER').at(-1)).toBe('node');
    const order = instructions.map(([word]) => word);
    expect(order.lastIndexOf('USER')).toBeGreaterThan(order.lastIndexOf('COPY'));
    for (const from of told('FROM')) expect(from).toMatch(/^[a-z]+:[\w-]+( AS \w+)?$/);
    const ignored = text('.dockerignore').split('\n');
    for (const name of ['node_modules', '.env*', 'keys', 'secrets', '.git']) expect(ignored).toContain(name);
  });

  it('has a compose file whose parts fit', () => {
    const { services, volumes, secrets } = parse(text('compose.yaml')) as Compose;
    expect(Object.keys(services)).toEqual(['sluice', 'redis']);
    expect([Object.keys(volumes), Object.keys(secrets)]).toEqual([['redis'], ['grants']]);
    expect(services.redis!.image).toMatch(/^redis:\d+$/);
    for (const { ports = [] } of Object.values(services))
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(services.sluice!.volumes).toEqual(['./keys:/config:ro']);
    expect(services.sluice!.environment).toEqual({ REDIS_URL: 'redis://redis:6379' });
  });

  it('does, step by step, what it says', async () => {
    const put = (name: string, content: string): void => writeFileSync(join(command.folder, name), content);
    put('agents.mjs', text('agents.mjs').replace(/^import .*$/m, 'const defineAgent = agent => agent;'));
    put('sluice.config.yaml', text('sluice.config.yaml'));
    for (const name of ['keys', 'secrets']) mkdirSync(join(command.folder, name));
    put('secrets/grants', `${'0'.repeat(64)}\n`);
    const made = sluice(['keys', 'new', '--subject', 'me', '--file', 'keys/keys.json'], {});
    expect(await made.ended).toBe(0);
    const env = {
      PORT: '0',
      SLUICE_BACKEND_URL: 'memory',
      KEYS_FOLDER: './keys',
      GRANTS_FILE: 'secrets/grants',
    };
    const [program, ...args] = wordsOf(told('CMD').at(-1)!);
    expect(program).toBe('sluice');
    const server = sluice(args, env);
    const [, port] = await server.says(/Open {2}http:\/\/0\.0\.0\.0:(\d+)/);
    const [checker, ...checks] = wordsOf(told('HEALTHCHECK')[0]!);
    expect([checker, told('EXPOSE')]).toEqual(['sluice', ['4400']]);
    const healthy = sluice(
      checks.map(word => word.replace(':4400', `:${port}`)),
      env,
    );
    expect(await healthy.ended).toBe(0);
    const url = `http://127.0.0.1:${port}/invoke/hello`;
    expect((await fetch(url, { method: 'POST' })).status).toBe(401);
    const headers = { authorization: `Bearer ${made.said.out.trim()}` };
    expect((await fetch(url, { method: 'POST', headers })).status).toBe(200);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  }, 60_000);
});
