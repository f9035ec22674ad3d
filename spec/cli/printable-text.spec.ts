import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { clipped, inline, printable, shellWord } from '../../src/cli/printable-text.ts';
import { paste } from './command-process.ts';

describe('text of a run in a terminal', () => {
  it('shows what a terminal would obey', () => {
    expect(printable('\u001b[31mred\u001b]0;title\u0007')).toBe('␛[31mred␛]0;title␇');
    expect(printable('\u007f\u009b2J\u202egnp.exe')).toBe('␡<U+009B>2J<U+202E>gnp.exe');
  });

  it('keeps lines and tabs, and takes the returns of Windows', () => {
    expect(printable('a\tb\r\nc\r')).toBe('a\tb\nc');
    expect(printable('50%\r60%')).toBe('50%␍60%');
    expect(inline('a \n\t b')).toBe('a b');
  });

  it('has no character that a terminal obeys, whatever comes, and leaves words as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(printable(text)).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
        expect(inline(text)).not.toMatch(/[\n\t]/);
      }),
    );
    expect(printable('täglich 🚀 日本')).toBe('täglich 🚀 日本');
  });

  it('is cut between characters', () => {
    expect(clipped('🚀🚀🚀', 3)).toBe('🚀🚀🚀');
    expect(clipped('🚀🚀🚀🚀', 3)).toBe('🚀🚀…');
    expect(clipped('x'.repeat(1e7), 5)).toBe('xxxx…');
  });

  it('is one word when it is pasted', async () => {
    const words = ['a', '', `it's`, '$HOME `id` "x"', 'a b', '*'];
    const echo = paste(`printf '<%s>' ${words.map(shellWord).join(' ')}`);
    await echo.ended;
    expect(echo.said.out).toBe(words.map(word => `<${word}>`).join(''));
  });
});
