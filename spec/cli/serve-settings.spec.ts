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
    expect(() => resolved({ bridge: ['toString'] })).toThrow('--bridge: expected one of a2a-queue, dockrion');
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
