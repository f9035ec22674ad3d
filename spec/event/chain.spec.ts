import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CHAIN_VERSION, chainNext, chainStart } from '../../src/event/chain.ts';
import { anyText } from './json-arbitrary.ts';

describe('chain', () => {
  it('is frozen: version 1 gives these vectors in every release', () => {
    expect(CHAIN_VERSION).toBe(1);
    const start = chainStart('k3x9');
    const lines = ['', 'a', 'ab', '{"seq":1}', '{"content":"Grüße \u{1f600}\u2028"}', 'x'.repeat(1000)];
    const vectors = [start];
    for (const line of lines) vectors.push(chainNext(vectors.at(-1)!, line));
    expect(vectors).toEqual([
      'mJW4YpOt',
      'nUN48CJg',
      'iPCG6EPy',
      'vRHTGqnW',
      'HJi-hdgP',
      'B2YN_A87',
      'hpmiFHpZ',
    ]);
    expect(chainStart('a')).not.toBe(chainStart('b'));
  });

  it('is 8 base64url characters that depend on all that came before', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1 }), anyText, (lines, other) => {
        const roll = (all: readonly string[]) => all.reduce(chainNext, chainStart('e'));
        const hash = roll(lines);
        expect(hash).toMatch(/^[A-Za-z0-9_-]{8}$/);
        expect(roll(lines)).toBe(hash);
        if (other !== lines[0]) expect(roll([other, ...lines.slice(1)])).not.toBe(hash);
      }),
    );
  });

  it('meets no collision among neighbours', () => {
    const hashes = new Set<string>();
    const start = chainStart('e');
    for (let i = 0; i < 200_000; i++)
      hashes.add(chainNext(start, `{"seq":${i},"data":{"content":"${i * 7}"}}`));
    expect(hashes.size).toBe(200_000);
  });

  it('turns about half of the bits when one bit of a line or of the hash before changes', () => {
    const bits = (a: string, b: string) => {
      const [x, y] = [Buffer.from(a, 'base64url'), Buffer.from(b, 'base64url')];
      return [...x].reduce((sum, byte, i) => sum + (byte ^ y[i]!).toString(2).replaceAll('0', '').length, 0);
    };
    const line = 'The quick brown fox jumps over the lazy dog.';
    const previous = chainStart('e');
    const turned: number[] = [];
    for (let at = 0; at < line.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const other =
          line.slice(0, at) + String.fromCharCode(line.charCodeAt(at) ^ (1 << bit)) + line.slice(at + 1);
        turned.push(bits(chainNext(previous, line), chainNext(previous, other)));
      }
    }
    for (let bit = 0; bit < 48; bit++) {
      const bytes = Buffer.from(previous, 'base64url');
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      turned.push(bits(chainNext(previous, line), chainNext(bytes.toString('base64url'), line)));
    }
    const mean = turned.reduce((sum, count) => sum + count, 0) / turned.length;
    expect(Math.abs(mean - 24)).toBeLessThan(1);
    expect(Math.min(...turned)).toBeGreaterThan(4);
  });
});
