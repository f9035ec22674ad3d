import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import type { Origin } from '../../../src/cli/config/sources.ts';
import { newApiKey } from '../../../src/http/auth/api-key.ts';
import { redisServer, type RedisServer } from '../../support/redis-server.ts';
import { commandLab, labCommand } from '../command-lab.ts';

const CANARY = ['canary', 'of', 'thirty', 'two', 'letters', 'or', 'more'].join('-');

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sluice-doctor-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  readonly ok: boolean;
  readonly settings: readonly Origin[];
  readonly findings: readonly Finding[];
}

async function doctor(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Report & { code: number }> {
  const command = labCommand(['doctor', '--json', '--port', '0', ...args], { env });
  const code = await command.ended;
  return { code, ...(JSON.parse(command.said.out) as Report) };
}
const healthOf = ({ findings }: Report, check: string): string[] =>
  findings.filter(finding => finding.check === check).map(({ health }) => health);
const messageOf = ({ findings }: Report, check: string): string =>
  findings
    .filter(finding => finding.check === check)
    .map(({ message, next }) => `${message} ${next}`)
    .join('\n');

describe('sluice doctor', () => {
  const lab = commandLab();

  it('finds nothing broken in what works, and says where each setting came from', async () => {
    const keys = join(folder, 'keys.json');
    writeFileSync(keys, JSON.stringify([{ hash: newApiKey().hash, subject: 'a' }]), { mode: 0o600 });
    writeFileSync(
      join(folder, 'agents.mjs'),
      `export const hello = { name: 'hello', run: async () => 'hi' };`,
    );
    const config = join(folder, 'c.yaml');
    writeFileSync(
      config,
      'host: 0.0.0.0\nagents: agents.mjs\nbackend: file:data\nauth: { keys: keys.json }\ngrants: { secret: { env: GRANTS } }',
    );
    const report = await doctor(['--config', config], { GRANTS: CANARY, HOST: '127.0.0.1' });
    expect([report.code, report.ok]).toEqual([0, true]);
    const named = [
      'node',
      'clock',
      'settings',
      'keys',
      'access',
      'port',
      'agents',
      'backend',
      'disk',
      'fsync',
    ];
    for (const check of named) expect([check, healthOf(report, check)]).not.toEqual([check, []]);
    for (const { health, next } of report.findings) expect(health === 'good' || Boolean(next)).toBe(true);
    expect(
      Object.fromEntries(report.settings.map(({ key, from, value }) => [key, [value, from]])),
    ).toMatchObject({
      host: ['127.0.0.1', 'env HOST'],
      port: ['0', '--port'],
      backend: ['file:data', config],
      'grants.secret': ['{ env: GRANTS }', config],
    });
    expect(JSON.stringify(report)).not.toContain(CANARY);
  });

  it('is a table for people, with what to do', async () => {
    const command = labCommand(['doctor', '--port', '0', '--host', '0.0.0.0']);
    expect(await command.ended).toBe(1);
    expect(command.said.out).toMatch(/SETTING +VALUE +FROM\n[^]*host +0\.0\.0\.0 +--host/);
    expect(command.said.out).toMatch(/BROKEN +access: [^\n]+\n +→ Give it keys: sluice keys new/);
  });

  it('tells what would keep a server from starting', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => busy.once('listening', resolve));
    const { port } = busy.address() as AddressInfo;
    const taken = await doctor(['--port', String(port)]);
    busy.close();
    expect([taken.code, healthOf(taken, 'port')]).toEqual([1, ['broken']]);
    expect(messageOf(taken, 'port')).toContain(`--port ${port + 1}`);

    const open = await fileBackend({ dir: join(folder, 'data') });
    const locked = await doctor(['--backend', `file:${join(folder, 'data')}`]);
    await open.close();
    expect([locked.ok, healthOf(locked, 'backend')]).toEqual([false, ['broken']]);

    const keys = join(folder, 'keys.json');
    writeFileSync(keys, '[]');
    chmodSync(keys, 0o644);
    const loose = await doctor(['--keys', keys]);
    expect([loose.ok, healthOf(loose, 'keys')]).toEqual([true, ['notice', 'notice']]);
    expect(messageOf(loose, 'keys')).toContain(`chmod 600 ${keys}`);
    expect(healthOf(await doctor(['--keys', join(folder, 'absent')]), 'keys')).toEqual(['broken']);

    writeFileSync(join(folder, 'bad.mjs'), 'throw new Error("at once");');
    const agents = await doctor(['--agents', join(folder, 'bad.mjs')]);
    expect([agents.ok, healthOf(agents, 'agents')]).toEqual([false, ['broken']]);

    writeFileSync(join(folder, 'c.yaml'), 'prot: 1');
    const settings = await doctor(['--config', join(folder, 'c.yaml')]);
    expect([settings.code, messageOf(settings, 'settings')]).toEqual([
      1,
      expect.stringContaining('Did you mean port?'),
    ]);
  });

  it('asks a server whether it is ready', async () => {
    const ready = await lab.run(['doctor', '--ready', lab.url]);
    expect([ready.code, ready.out]).toEqual([0, 'ok      ready: 200\n']);
    const away = createHttpServer((_, response) => response.writeHead(503).end()).listen(0, '127.0.0.1');
    await new Promise(resolve => away.once('listening', resolve));
    const { port } = away.address() as AddressInfo;
    const unready = await lab.run(['doctor', '--ready', `http://127.0.0.1:${port}/readyz`]);
    away.close();
    away.closeAllConnections();
    expect([unready.code, unready.out]).toEqual([1, expect.stringContaining('answered 503')]);
    expect((await lab.run(['doctor', '--ready', 'http://127.0.0.1:1'])).out).toContain('sluice serve');
  });

  describe('with Redis', () => {
    const password = ['pass', 'word', '123'].join('');
    let lasting: RedisServer;
    let fleeting: RedisServer;
    beforeAll(async () => {
      lasting = await redisServer('--appendonly', 'yes', '--requirepass', password);
      fleeting = await redisServer('--maxmemory-policy', 'allkeys-lru');
    }, 30_000);
    afterAll(() => Promise.all([lasting.close(), fleeting.close()]));

    it('says what it is, whether it keeps things, and how quick it is', async () => {
      const good = await doctor(['--backend', 'redis'], {
        REDIS_URL: lasting.url.replace('//', `//:${password}@`),
      });
      expect([good.ok, messageOf(good, 'backend'), messageOf(good, 'persistence')]).toEqual([
        ...[true, expect.stringMatching(/^Redis \d+\.\d+/), expect.stringContaining('append-only file')],
      ]);
      expect(healthOf(good, 'latency')).toHaveLength(1);
      expect(JSON.stringify(good)).not.toContain(password);
      const poor = await doctor(['--backend', fleeting.url]);
      expect([healthOf(poor, 'persistence'), healthOf(poor, 'backend')]).toEqual([
        ['notice'],
        ['good', 'notice'],
      ]);
      expect(messageOf(poor, 'backend')).toContain('noeviction');
      const refused = await doctor(['--backend', lasting.url]);
      expect([refused.ok, healthOf(refused, 'backend')]).toEqual([false, ['broken']]);
    });
  });
});
