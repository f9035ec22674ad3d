import { describe, expect, it } from '@jest/globals';
import { missingOf } from '../../bench/needs.ts';

describe('what a row of the bench needs', () => {
  it('is said where it is missing', () => {
    expect(missingOf(['build'], 'src')).toContain('leave out --src');
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      expect(missingOf(['redis-server'], 'dist')).toBe('it needs redis-server on the path');
    } finally {
      process.env.PATH = path;
    }
  });

  it('is nothing where it is there', () => {
    expect([missingOf([], 'src'), missingOf(['build', 'bash'], 'dist')]).toEqual([undefined, undefined]);
  });
});
