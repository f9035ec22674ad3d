import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../src/cli/config/config-file.ts';
import { resolveServe, type ServeFlags, type ServeSettings } from '../../../src/cli/serve-settings.ts';

const CANARY = ['canary', 'of', 'thirty', 'two', 'letters', 'or', 'more'].join('-');

let folder: string;
let cwd: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-precedence-'));
  cwd = mkdtempSync(join(tmpdir(), 'sluice-elsewhere-'));
});
afterEach(() => [folder, cwd].forEach(path => rmSync(path, { recursive: true, force: true })));

function resolved(text: string, flags: ServeFlags = {}, env: Record<string, string> = {}): ServeSettings {
  writeFileSync(join(folder, 'sluice.config.yaml'), text);
  const file = readConfig(join(folder, 'sluice.config.yaml'), env, cwd);
  return resolveServe(flags, env, { cwd, home: cwd, file });
}

describe('flags, variables, the file and the defaults', () => {
  /** A setting that all of them have, and what it came to. */
  const EACH: readonly (readonly [
    key: string,
    values: { readonly file: string; readonly env: Record<string, string>; readonly flags: ServeFlags },
    of: (settings: ServeSettings) => unknown,
    expected: (at: { folder: string; cwd: string }) => readonly [file: unknown, env: unknown, flag: unknown],
  ])[] = [
    [
      'port',
      { file: 'port: 1', env: { PORT: '2' }, flags: { port: '3' } },
      ({ port }) => port,
      () => [1, 2, 3],
    ],
    [
      'host',
      { file: 'host: a', env: { HOST: 'b' }, flags: { host: 'c' } },
      ({ host }) => host,
      () => ['a', 'b', 'c'],
    ],
    [
      'backend',
      { file: 'backend: file:x', env: { SLUICE_BACKEND: 'file:x' }, flags: { backend: 'file:y' } },
      ({ backend }) => (backend.kind === 'file' ? backend.dir : ''),
      at => [join(at.folder, 'x'), join(at.cwd, 'x'), join(at.cwd, 'y')],
    ],
    [
      'agents',
      { file: 'agents: a.mjs', env: { SLUICE_AGENTS: 'b.mjs' }, flags: { agents: 'c.mjs' } },
      ({ agents }) => agents,
      at => [join(at.folder, 'a.mjs'), join(at.cwd, 'b.mjs'), join(at.cwd, 'c.mjs')],
    ],
    [
      'secrets.detect',
      {
        file: 'secrets: { detect: true }',
        env: { SLUICE_DETECT_SECRETS: 'openai-key, xai-key' },
        flags: { detectSecrets: 'false' },
      },
      ({ engine }) => (engine.secrets as { detect: unknown }).detect,
      () => [true, ['openai-key', 'xai-key'], false],
    ],
    [
      'limits.store',
      {
        file: 'limits: { store: redis://a:1 }',
        env: { SLUICE_LIMITS_STORE: 'redis://b:1' },
        flags: { limitsStore: 'memory' },
      },
      ({ limitsUrl }) => limitsUrl,
      () => ['redis://a:1', 'redis://b:1', undefined],
    ],
    [
      'auth.keys',
      { file: 'auth: { keys: a }', env: { SLUICE_KEYS: 'b' }, flags: { keys: 'c' } },
      ({ keys }) => keys,
      at => [join(at.folder, 'a'), join(at.cwd, 'b'), join(at.cwd, 'c')],
    ],
    [
      'allowedHosts',
      { file: 'allowedHosts: [a]', env: { SLUICE_ALLOWED_HOSTS: 'b,c' }, flags: { allowHost: ['any'] } },
      ({ handler }) => handler.allowedHosts,
      () => [['a'], ['b', 'c'], 'any'],
    ],
  ];

  it.each(EACH)('have one order for %s', (key, { file, env, flags }, of, expected) => {
    const [inFile, inEnv, asFlag] = expected({ folder, cwd });
    const told = ({ origins }: ServeSettings): unknown => origins.find(origin => origin.key === key)?.from;
    const fromFile = resolved(file);
    expect([of(fromFile), told(fromFile)]).toEqual([inFile, join(folder, 'sluice.config.yaml')]);
    const fromEnv = resolved(file, {}, env);
    expect([of(fromEnv), told(fromEnv)]).toEqual([inEnv, `env ${Object.keys(env)[0]}`]);
    const fromFlag = resolved(file, flags, env);
    expect([of(fromFlag), told(fromFlag)]).toEqual([asFlag, expect.stringMatching(/^--/)]);
  });

  it('reach the handler', () => {
    const { handler } = resolved(
      'sockets: { subscriptions: 3, messageBytes: 1KB }\nretry: 3s\nbodyLimit: 2MB',
    );
    const sockets = { subscriptions: 3, messageBytes: 1_024 };
    expect(handler).toMatchObject({ sockets, retry: 3_000, bodyLimit: 2 * 1_024 ** 2 });
  });

  it('give the Dockfile the last word before the defaults, and name what does nothing', () => {
    const dockfile =
      'streaming: { async_runs: false, backend: redis, redis: { url: "${REDIS_URL}" }, ' +
      'events: { allowed: chat, heartbeat_interval: 20, max_run_duration: 60 } }';
    writeFileSync(join(folder, 'Dockfile.yaml'), dockfile);
    const env = { REDIS_URL: 'redis://h:1' };
    const { backend, handler, engine, bridges, notes } = resolved('dockfile: Dockfile.yaml', {}, env);
    expect([backend, handler.heartbeat, engine.maxDuration]).toEqual([
      { kind: 'redis', url: 'redis://h:1' },
      20_000,
      60_000,
    ]);
    expect(bridges.map(({ name }) => name)).toEqual(['dockrion']);
    expect(notes).toEqual([expect.stringContaining('streaming.async_runs')]);
    const over = resolved(
      'dockfile: Dockfile.yaml\nbackend: memory\nheartbeat: 5s\nmaxDuration: 2h',
      {},
      env,
    );
    expect([over.backend.kind, over.handler.heartbeat, over.engine.maxDuration]).toEqual([
      'memory',
      5_000,
      7_200_000,
    ]);
    expect(() => resolved('dockfile: absent.yaml')).toThrow('dockfile: ');
  });

  it('read secrets from variables and files, and show none', () => {
    writeFileSync(join(folder, 'secret'), `${CANARY}\n`);
    const text = `
      backend: redis://me:\${CANARY}@h:1
      grants: { secret: { file: secret } }
      auth: { jwt: { key: { env: CANARY }, algorithms: [HS256], issuer: i, audience: a } }
      secrets: { values: { KEY: { env: CANARY } } }`;
    const settings = resolved(text, {}, { CANARY });
    expect(settings).toMatchObject({
      backend: { url: `redis://me:${CANARY}@h:1` },
      handler: { grants: { secret: CANARY } },
      jwt: { key: CANARY, algorithms: ['HS256'] },
      engine: { secrets: { values: { KEY: CANARY }, detect: false } },
    });
    const env = { CANARY, SLUICE_GRANTS_SECRET: CANARY, SLUICE_BACKEND: `redis://me:${CANARY}@h` };
    for (const { origins } of [settings, resolved(text, {}, env)]) {
      expect(origins.length).toBeGreaterThan(5);
      expect(JSON.stringify(origins)).not.toContain(CANARY);
    }
    expect(() => resolved('grants: { secret: { env: ABSENT } }')).toThrow(
      'grants.secret: expected the variable ABSENT to be set',
    );
    expect(() => resolved('grants: { secret: { file: absent } }')).toThrow('grants.secret: ');
  });
});
