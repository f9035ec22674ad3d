import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { redisBackend } from '../../src/backends/redis/index.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { freePort, redisServer } from '../support/redis-server.ts';
import { labCommand } from './command-lab.ts';

// Made of parts, so that nobody takes it for a real one; some people's passwords hold what ends one in an address.
const PASSWORDS = [['kalif', 'mutabor', '99'].join('-'), ['kalif', 'mutabor/99'].join('@')];
const PIECES = ['kalif', 'mutabor'];

async function saidBy(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const command = labCommand(args, { env });
  const code = await command.ended;
  expect(code).toBeGreaterThan(0);
  return command.said.out + command.said.err;
}

function expectNothingOf(text: string): void {
  expect(text).not.toBe('');
  expect([text, PIECES.filter(piece => text.includes(piece))]).toEqual([text, []]);
}

describe('a password in an address', () => {
  it.each(PASSWORDS)(
    'of Redis is in no message of sluice serve',
    async password => {
      const port = await freePort();
      const encoded = encodeURIComponent(password);
      const url = `redis://user:${encoded}@127.0.0.1:${port}`;
      for (const [args, env] of [
        [['serve', '--backend', url], {}],
        [['serve', '--backend', 'redis'], { REDIS_URL: url }],
        [['serve'], { SLUICE_BACKEND: url }],
        // Which are no addresses of Redis.
        [['serve', '--backend', `postgres://user:${password}@127.0.0.1`], {}],
        [['serve', '--backend', `redis:user:${password}@127.0.0.1`], {}],
        [['serve', '--json', '--backend', `http://127.0.0.1/?password=${password}`], {}],
        [['verify', `redis://user:${password}@127.0.0.1:${port}`], {}],
      ] as const) {
        expectNothingOf(await saidBy(args, env));
      }
    },
    30_000,
  );

  it.each(PASSWORDS)(
    'of a server is in no message of the other commands',
    async password => {
      const port = await freePort();
      const url = `http://user:${encodeURIComponent(password)}@127.0.0.1:${port}/x?token=${encodeURIComponent(password)}`;
      const tail = ['tail', 'r1', '--wait', '1'];
      for (const args of [['runs'], ['get', 'r1'], tail, ['cancel', 'r1'], ['append', 'r1']]) {
        expectNothingOf(await saidBy([...args, '--url', url]));
        expectNothingOf(await saidBy([...args, '--json'], { SLUICE_URL: url }));
      }
      for (const broken of [`htp://user:${password}@127.0.0.1`, `http:/user:${password}@:x`])
        expectNothingOf(await saidBy(['runs', '--url', broken]));
      expectNothingOf(await saidBy(['runs', '--header', password]));
    },
    30_000,
  );

  it('of Redis is nowhere in what a backend rejects with, nor in what it is troubled by', async () => {
    const [password] = PASSWORDS;
    const server = await redisServer('--requirepass', `not-${['the', 'one'].join('-')}`);
    const troubles: unknown[] = [];
    const onTrouble = (trouble: unknown): void => void troubles.push(trouble);
    const url = `redis://:${password!}@127.0.0.1:${server.port}`;
    const rejected: unknown[] = [];
    for (const options of [{ url }, { options: { host: '127.0.0.1', port: server.port, password } }]) {
      await redisBackend({ ...options, onTrouble, timeout: 500 }).catch((error: unknown) =>
        rejected.push(error),
      );
    }
    expect(rejected).toHaveLength(2);
    expectNothingOf(inspect([rejected, troubles], { depth: 20, showHidden: true }));
    await server.close();
  }, 30_000);

  it('is nowhere in what runs say while Redis is away', async () => {
    const [password] = PASSWORDS;
    const server = await redisServer('--requirepass', password!);
    const troubles: unknown[] = [];
    const backend = await redisBackend({
      url: `redis://:${password!}@127.0.0.1:${server.port}`,
      onTrouble: trouble => troubles.push(trouble),
      timeout: 300,
    });
    const engine = createEngine({ backend, storageTimeout: 300, grace: 0 });
    const run = await engine.start(ctx => ctx.ask('what?'));
    const seen: unknown[] = [];
    run.subscribe({ next: item => seen.push(item), error: (error: unknown) => seen.push(error) });
    await server.kill();
    await engine.start(() => 1).catch((error: unknown) => seen.push(error));
    await run.cancel().catch((error: unknown) => seen.push(error));
    await run.result.catch((error: unknown) => seen.push(error));
    await engine.close().catch((error: unknown) => seen.push(error));
    expectNothingOf(inspect([seen, troubles], { depth: 20, showHidden: true }));
    await server.close();
  }, 30_000);
});
