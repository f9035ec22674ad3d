import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isSluiceError } from '../../src/errors/sluice-error.ts';
import { formatCursor, parseCursor, parsePosition } from '../../src/event/cursor.ts';

const anyOf = (alphabet: string, size: { minLength: number; maxLength: number }) =>
  fc.string({ unit: fc.constantFrom(...alphabet), ...size });
const letters = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
const anyCursor = fc.record({
  epoch: anyOf(letters + digits, { minLength: 1, maxLength: 24 }),
  seq: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  hash: fc.oneof(
    fc.constant('0'),
    anyOf(letters + letters.toUpperCase() + digits + '-_', { minLength: 8, maxLength: 8 }),
  ),
});

const refused = (read: () => unknown): boolean => {
  try {
    read();
    return false;
  } catch (error) {
    return isSluiceError(error, 'BAD_CURSOR') && error.message.length < 400;
  }
};

describe('cursor', () => {
  it('reads what it writes', () => {
    fc.assert(fc.property(anyCursor, cursor => expect(parseCursor(formatCursor(cursor))).toEqual(cursor)));
  });

  it('writes what it reads: no two texts are one cursor', () => {
    fc.assert(
      fc.property(fc.oneof(anyCursor.map(formatCursor), fc.string({ maxLength: 60 })), text => {
        if (!refused(() => parseCursor(text))) expect(formatCursor(parseCursor(text))).toBe(text);
      }),
    );
  });

  it('refuses hostile texts with a short error', () => {
    const hostile = [
      '', '.', '..', 'a.1', 'a.1.', 'a.1.0.', ' a.1.0', 'a.1.0 ', 'a.1.0\n', '\na.1.0', 'a.1.0\0', 'A.1.0', 'a.01.0',
      'a.-1.0', 'a.+1.0', 'a.1e3.0', 'a.0x1.0', 'a.1.00', 'a.1.abcdefg', 'a.1.abcdefghi', 'a.1.abcdefg=', 'a.1.0\r\nx: y',
      'a.9007199254740992.0', `${'a'.repeat(25)}.1.0`, 'a.१.0', 'ａ.1.0', '../../etc/passwd', '9'.repeat(2 ** 20),
      `a.1.0${'\n'.repeat(2 ** 20)}`, 'a'.repeat(2 ** 20), '{"$gt":""}',
    ]; // prettier-ignore
    for (const text of hostile) {
      expect([text.slice(0, 60), refused(() => parseCursor(text))]).toEqual([text.slice(0, 60), true]);
      expect([text.slice(0, 60), refused(() => parsePosition(text))]).toEqual([text.slice(0, 60), true]);
    }
  });

  it('takes start, now, nothing and bare numbers as positions', () => {
    expect(parsePosition(undefined)).toBe('start');
    expect(parsePosition('start')).toBe('start');
    expect(parsePosition('now')).toBe('now');
    expect(parsePosition('17')).toEqual({ seq: 17 });
    expect(parsePosition(0)).toEqual({ seq: 0 });
    expect(parsePosition('ab1.17.0')).toEqual({ epoch: 'ab1', seq: 17, hash: '0' });
    for (const value of [NaN, Infinity, -1, 1.5, 2 ** 53, 1e21]) {
      expect([value, refused(() => parsePosition(value))]).toEqual([value, true]);
    }
  });
});
