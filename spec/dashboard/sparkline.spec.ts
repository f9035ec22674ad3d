import { describe, expect, it } from '@jest/globals';
import { pathOf } from '../../src/dashboard/sparkline.ts';

describe('the line of a small chart', () => {
  it('goes from its first value to its last, and breaks where there is none', () => {
    expect(pathOf([0, 5, 10], 10)).toBe('M0 27L60 14.5L120 2');
    expect(pathOf([1, undefined, 1], 1)).toBe('M0 2M120 2');
    expect(pathOf([], 0)).toBe('');
  });

  it('lies on the ground where all is zero', () => expect(pathOf([0, 0], 0)).toBe('M0 27L120 27'));
});
