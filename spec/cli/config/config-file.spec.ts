import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../src/cli/config/config-file.ts';

const CANARY = ['do', 'not', 'show', 'me'].join('-');

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sluice-config-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (text: string, name = 'sluice.config.yaml'): void => writeFileSync(join(folder, name), text);
const read = (env: Record<string, string> = {}, flag?: string) => readConfig(flag, env, folder);
const reading = (text: string, env: Record<string, string> = {}) => {
  write(text);
  return read(env)?.config;
};

describe('a file of settings', () => {
  it('is the one that is named, else the one that is there', () => {
    expect(read()).toBeUndefined();
    write('port: 1');
    expect(read()).toMatchObject({ config: { port: 1 }, folder, path: join(folder, 'sluice.config.yaml') });
    write('port: 2', 'other.yaml');
    expect(read({ SLUICE_CONFIG: 'other.yaml' })?.config.port).toBe(2);
    write('{"port": 3}', 'third.json');
    expect(read({ SLUICE_CONFIG: 'other.yaml' }, 'third.json')?.config.port).toBe(3);
    expect(() => read({}, 'absent.yaml')).toThrow('there is no such file. Give another one: --config FILE.');
    write('{}', 'sluice.config.json');
    expect(() => read()).toThrow('expected one of them');
  });

  it('says times, sizes and lists as people do', () => {
    expect(
      reading(`
        heartbeat: 1.5s
        streamAge: never
        ttl: 30d
        bodyLimit: 2MB
        allowedHosts: any
        limits: { tenantRequests: unlimited, eventBytes: 1000, mailbox: { bytes: 64KB } }
        bridges:
          dockrion:
          a2a-queue: { at: /queues }
        secrets: { detect: true, values: { KEY: { env: KEY } } }
        auth: { jwt: { issuer: me, audience: [a, b], key: { file: k.pem } } }
      `),
    ).toEqual({
      ...{ heartbeat: 1_500, streamAge: Infinity, ttl: 30 * 86_400_000, bodyLimit: 2 * 1_024 ** 2 },
      allowedHosts: 'any',
      limits: { tenantRequests: Infinity, eventBytes: 1_000, mailbox: { bytes: 65_536 } },
      bridges: { dockrion: {}, 'a2a-queue': { at: '/queues' } },
      secrets: { detect: true, values: { KEY: { env: 'KEY' } } },
      auth: { jwt: { issuer: 'me', audience: ['a', 'b'], key: { file: 'k.pem' } } },
    });
    expect(reading('')).toEqual({});
  });

  it('has variables in its texts, which make no structure and are not read again', () => {
    const env = { PORT_IN: '8080', NAME: 'a: {b: 1}\nport: 9 ${HOME}', EMPTY: '' };
    const text = 'port: ${PORT_IN}\nhost: "${NAME}"\nredis: { prefix: "${EMPTY:-x}-$${NAME}" }';
    expect(reading(text, env)).toEqual({ port: 8_080, host: env.NAME, redis: { prefix: 'x-${NAME}' } });
    expect(() => reading('auth: { keys: "${EMPTY}" }', env)).toThrow(
      'auth.keys: expected the variable EMPTY to be set. Set it, or write ${EMPTY:-otherwise}.',
    );
    expect(() => reading('host: "${a-b}"')).toThrow('host: expected ${NAME}');
  });

  it.each([
    ['prot: 1', 'prot: there is no such setting. Did you mean port?'],
    [
      'auth: { jwt: { isuer: x } }',
      'auth.jwt.isuer: there is no such setting. Did you mean auth.jwt.issuer?',
    ],
    ['keys: k.json', 'keys: there is no such setting here. Did you mean auth.keys?'],
    [
      'bridges: { dockrion: { color: red } }',
      'bridges.dockrion.color: there is no such setting. There are at,',
    ],
    ['port: 70000', 'port: expected a port from 0 to 65535.'],
    ['ttl: 5', 'ttl: expected a number and ms, s, m, h or d'],
    ['limits: 5', 'limits: expected a group of settings.'],
    ['secrets: { detect: 5 }', 'secrets.detect: expected true, false or names of rules.'],
    ['secrets: { rules: { name: a } }', 'secrets.rules: expected a list of rules.'],
    [
      'secrets: { rules: [{ name: a, prefix: abc_, chars: a-z, min: few, max: 9 }] }',
      'secrets.rules[0].min: expected a whole number.',
    ],
    ['limits: { store: [a] }', 'limits.store: expected a text.'],
    ['auditFiles: 0', 'auditFiles: expected a whole number from 1 to 1000.'],
    ['cors: { origins: https://a }', 'cors.origins: expected a list of texts.'],
    ['file: { fsync: sometimes }', 'file.fsync: expected always, batch or never.'],
    ['- port', 'expected settings, such as "port: 4400".'],
    ['port: 1\nport: 2', 'line 2, column 1: duplicate key'],
    ['port: [1', 'Expected YAML, or JSON.'],
    ['a: &a [x, x]\nb: [*a, *a, *a]', 'expected YAML without aliases'],
    ['__proto__: { port: 1 }', '__proto__: there is no such setting'],
  ])('is refused, and says where and what: %j', (text, message) => {
    const check = () => reading(text);
    expect(check).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
    expect(check).toThrow(message);
    expect(check).toThrow(join(folder, 'sluice.config.yaml'));
  });

  it('names everything that is wrong at once', () => {
    expect(() => reading('prot: 1\nhost: 5\nttl: soon')).toThrow(/host: [^]*ttl: [^]*prot: /);
  });

  it.each([
    `grants: { secret: ${CANARY} }`,
    `grants: { secret: { env: A, file: ${CANARY} } }`,
    `grants: { secret: { text: ${CANARY} } }`,
    `auth: { jwt: { key: ${CANARY} } }`,
    `secrets: { values: { KEY: ${CANARY} } }`,
    `secrets: { detect: { a: ${CANARY} } }`,
    `limits: { proxies: ${CANARY} }`,
    `port: "${CANARY}`,
  ])('takes no secret, and shows none: %j', text => {
    const check = () => reading(text);
    expect(check).toThrow(/expected/i);
    expect(check).not.toThrow(CANARY);
  });
});
