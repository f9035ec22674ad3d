import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { resolveServe, type ServeFlags } from '../../src/cli/serve-settings.ts';

const here = { cwd: import.meta.dirname, home: import.meta.dirname };
const resolved = (flags: ServeFlags, env: Record<string, string> = {}) => resolveServe(flags, env, here);

describe('settings of sluice serve', () => {
  it('are those of one machine without anything given', () => {
    expect(resolved({})).toMatchObject({
      ...{ port: 4400, host: '127.0.0.1', backend: { kind: 'memory' } },
      ...{ agents: undefined, surveyed: undefined, bridges: [], handOver: true },
      ...{ keys: undefined, jwt: undefined, origins: [], notes: [] },
    });
  });

  it('come from variables, from flags before them, and not from empty variables', () => {
    expect(resolved({}, { PORT: '1', HOST: '::1' })).toMatchObject({ port: 1, host: '::1' });
    expect(resolved({ port: '2', host: 'localhost' }, { PORT: '1', HOST: '::1' })).toMatchObject({
      port: 2,
      host: 'localhost',
    });
    expect(resolved({}, { PORT: '', HOST: '', SLUICE_BACKEND: '' })).toEqual(resolved({}));
  });

  it('mount each bridge once, and only those there are', () => {
    const { bridges } = resolved({ bridge: ['dockrion', 'a2a-queue', 'dockrion'] });
    expect(bridges.map(({ name, at }) => [name, at])).toEqual([
      ['dockrion', '/dockrion'],
      ['a2a-queue', ''],
    ]);
    expect(() => resolved({ bridge: ['toString'] })).toThrow(
      '--bridge: expected one of a2a, a2a-queue, ag-ui, ai-sdk, dockrion',
    );
  });

  it('hand runs over when it stops, unless they are to be cancelled', () => {
    expect(resolved({ cancelOnStop: true }).handOver).toBe(false);
  });

  it('survey a folder only in a demo', () => {
    expect(resolved({ demo: true }).surveyed).toBe(here.home);
    expect(resolved({ demo: true, survey: '..' }).surveyed).toMatch(/spec$/);
    expect(() => resolved({ survey: '.' })).toThrow('Add --demo');
    expect(() => resolved({ demo: true, survey: 'serve-settings.spec.ts' })).toThrow('expected a folder');
  });

  it.each(['-1', '65536', '1.5', '1e3', ' 80', '0x50', 'http'])('refuse the port %j', port => {
    expect(() => resolved({ port })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });

  it('look for secrets by all rules, by some, or by your own, and say where a wrong one stands', () => {
    expect(resolved({}).engine.secrets).toBeUndefined();
    expect(resolved({ detectSecrets: true }).engine.secrets).toEqual({ detect: true, values: {} });
    expect(() => resolved({ detectSecrets: 'nonsense' })).toThrow('--detect-secrets: expected names of ');
    expect(() => resolved({}, { SLUICE_DETECT_SECRETS: 'a' })).toThrow(
      'SLUICE_DETECT_SECRETS: expected names',
    );
    const withFile = (secrets: object) => () =>
      resolveServe(
        {},
        {},
        { ...here, file: { path: 'x', folder: here.cwd, config: { secrets }, written: {} } },
      );
    expect(withFile({ detect: ['nonsense'] })).toThrow('secrets.detect: expected names of ');
    const rule = { name: 'acme-key', prefix: 'acme_', chars: 'a-z', min: 8, max: 9 };
    expect(withFile({ rules: [rule] })().engine.secrets).toEqual({
      detect: false,
      rules: [rule],
      values: {},
    });
    expect(withFile({ rules: [{ ...rule, min: 1 }] })).toThrow('secrets.rules');
  });

  it('count rates in a Redis that is named, or in that of the backend', () => {
    const url = 'redis://h:1';
    const other = { REDIS_URL: 'redis://h:2' };
    expect(resolved({}, other).limitsUrl).toBeUndefined();
    expect(resolved({ limitsStore: 'redis', backend: url }, other).limitsUrl).toBe(url);
    expect(resolved({ limitsStore: 'redis' }, other).limitsUrl).toBe(other.REDIS_URL);
    expect(() => resolved({ limitsStore: 'redis' })).toThrow('--limits-store redis: expected the backend');
    const odd = ['mysql://me', 'hunter2@host'].join(':');
    expect(() => resolved({}, { SLUICE_LIMITS_STORE: odd })).toThrow('SLUICE_LIMITS_STORE: expected memory');
    expect(() => resolved({}, { SLUICE_LIMITS_STORE: odd })).not.toThrow('hunter2');
  });

  it('say which place a wrong value came from, and hide a password in it', () => {
    const env = { SLUICE_BACKEND: ['mysql://me', 'hunter2@host'].join(':') };
    expect(() => resolved({}, env)).toThrow('SLUICE_BACKEND: expected memory');
    expect(() => resolved({}, env)).not.toThrow('hunter2');
    for (const backend of ['file:', 'files', 'x:y']) {
      expect(() => resolved({ backend })).toThrow(
        '--backend: expected memory, file:DIR or redis://HOST:PORT',
      );
    }
    const url = 'rediss://host:1/2';
    expect(resolved({ backend: url }).backend).toEqual({ kind: 'redis', url });
    expect(resolved({ backend: 'redis' }, { REDIS_URL: url }).backend).toEqual({ kind: 'redis', url });
    expect(() => resolved({ backend: 'redis' }, {})).toThrow(
      '--backend redis: expected its address in REDIS_URL',
    );
    expect(resolved({ backend: 'file:data' }).backend).toEqual({ kind: 'file', dir: join(here.cwd, 'data') });
  });
});
