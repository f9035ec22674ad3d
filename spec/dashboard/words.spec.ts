import { describe, expect, it } from '@jest/globals';
import { timeAndDay } from '../../src/dashboard/words.ts';

describe('timeAndDay', () => {
  const now = new Date(2030, 0, 31, 14, 5).getTime();
  const at = (...parts: [number, number, number, number, number, number]): string =>
    new Date(...parts).toISOString();

  it('names the day only where it is another one', () => {
    expect(timeAndDay(at(2030, 0, 31, 0, 0, 7), now)).toBe('00:00:07');
    expect(timeAndDay(at(2030, 0, 30, 23, 59, 59), now)).toBe('2030-01-30 23:59:59');
    expect(timeAndDay(at(2029, 0, 31, 14, 5, 0), now)).toBe('2029-01-31 14:05:00');
  });
});
