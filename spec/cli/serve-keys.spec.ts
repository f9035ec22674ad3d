import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { untilAsked } from '../support/settle.ts';
import { buildCommand, runProcess, type BuiltCommand, type CommandProcess } from './command-process.ts';

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

async function newKey(file: string, subject: string): Promise<string> {
  const made = sluice(['keys', 'new', '--subject', subject, '--file', file]);
  expect(await made.ended).toBe(0);
  return made.said.out.trim();
}

const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

describe('sluice serve with keys', () => {
  it('listens where others can reach it, and knows keys that come and go without a restart', async () => {
    const first = await newKey('keys.json', 'first');
    const server = sluice(['serve', '--demo', '--host', '0.0.0.0', '--port', '0', '--keys', 'keys.json']);
    const [, port] = await server.says(/Open {2}http:\/\/0\.0\.0\.0:(\d+)/);
    await server.says(/needs a key or a token/);
    const status = async (key: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}/runs`, as(key))).status;
    expect((await fetch(`http://127.0.0.1:${port}/runs`)).status).toBe(401);
    expect(await status(first)).toBe(200);
    const second = await newKey('keys.json', 'second');
    // Unknown keys would soon be too many from one address.
    const says = (pattern: RegExp): Promise<void> =>
      untilAsked(async () => (await status(first)) === 200 && pattern.test(server.said.err), String(pattern));
    await says(/2 keys, read anew/);
    expect(await status(second)).toBe(200);
    const url = `http://127.0.0.1:${port}`;
    const listed = sluice(['runs', '--json'], { SLUICE_URL: url, SLUICE_API_KEY: second });
    expect([await listed.ended, listed.said.out]).toEqual([0, expect.stringContaining('"agent":"survey"')]);
    const unknown = sluice(['runs'], { SLUICE_URL: url });
    expect(await unknown.ended).toBe(4);
    writeFileSync(join(command.folder, 'keys.json'), '[');
    await says(/the keys from before hold/);
    writeFileSync(join(command.folder, 'keys.json'), '[]');
    await untilAsked(async () => (await status(first)) === 401, 'the keys are gone');
    const words = server.said.out + server.said.err;
    expect(words).not.toContain(first);
  }, 60_000);

  it('takes its settings from the file that is there, and refuses what it does not know', async () => {
    const secret = ['a', 'secret', 'of', 'more', 'than', 'thirty', 'two', 'letters'].join('-');
    await newKey('known.json', 'client');
    const config =
      'port: 0\nhost: 0.0.0.0\ndemo: true\nauth: { keys: known.json }\ngrants: { secret: { env: GRANTS } }\n';
    writeFileSync(join(command.folder, 'sluice.config.yaml'), config);
    const server = sluice(['serve'], { GRANTS: secret });
    await server.says(/Open {2}http:\/\/0\.0\.0\.0:\d+/);
    const short = sluice(['serve'], { GRANTS: 'short' });
    expect([await short.ended, short.said.err]).toEqual([
      2,
      expect.stringContaining('grants.secret: expected at least 32'),
    ]);
    writeFileSync(join(command.folder, 'other.yaml'), `${config}limits: { tenantRequest: 5 }\n`);
    const odd = sluice(['serve', '--config', 'other.yaml'], { GRANTS: secret });
    expect(await odd.ended).toBe(2);
    expect(odd.said.err).toContain(
      'limits.tenantRequest: there is no such setting. Did you mean limits.tenantRequests?',
    );
  }, 60_000);
});
