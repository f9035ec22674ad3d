import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { checkPlace } from '../../../src/backends/redis/redis-connector.ts';
import { redisBackend } from '../../../src/backends/redis/redis-backend.ts';

const password = ['quail', 'canary'].join('-');

describe('an address that is none', () => {
  it.each([
    ['a slash in the password', `redis://user:${password}/1@localhost:6379`],
    ['a hash in the password', `redis://user:1#${password}@localhost:6379`],
    ['a sign of percent in the password', `redis://user:100%${password}@localhost:6379`],
    ['a port that is too large', `redis://user:${password}@localhost:66666`],
    ['no host', `redis://user:${password}@`],
    ['no scheme', `${password}@localhost`],
    ['another scheme', `http://user:${password}@localhost`],
  ])('is refused without showing it: %s', async (_, url) => {
    const thrown: unknown = await redisBackend({ url }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'BAD_OPTION' });
    expect(inspect(thrown, { depth: null, showHidden: true })).not.toContain(password.slice(0, 4));
  });

  it.each([
    'redis://localhost',
    'redis://[::1]:6379/2',
    'rediss://user:a%2Fb%25@db.test:6380/0?family=6',
    'redis://:p@ss@localhost',
  ])('is not %s', url => {
    expect(() => checkPlace('spec', { url })).not.toThrow();
  });
});
