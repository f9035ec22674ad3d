import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ChunkDecoder } from '../../src/client/chunk-decoder.ts';

function decoded(bytes: Uint8Array, cuts: readonly number[]): string {
  const decoder = new ChunkDecoder();
  const places = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places
    .slice(1)
    .map((end, at) => decoder.decode(bytes.subarray(places[at], end)))
    .join('');
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });
const text = fc.string({ unit: fc.constantFrom('a', '\n', 'ä', '€', '🚀', '\ufeff', '\0') });

describe('UTF-8 in chunks', () => {
  it('is the same text however it is cut, without a byte order mark in front', () => {
    fc.assert(
      fc.property(text, cuts, (whole, at) => {
        const bytes = new TextEncoder().encode(whole);
        expect(decoded(bytes, at)).toBe(new TextDecoder().decode(bytes));
      }),
    );
  });

  it('is read like a TextDecoder reads it where it is none', () => {
    const byte = fc.constantFrom(0x61, 0x80, 0xbf, 0xc3, 0xe2, 0x82, 0xf0, 0x9f, 0xff);
    fc.assert(
      fc.property(fc.array(byte), cuts, (given, at) => {
        // Behind a letter nothing is left over that waits for more.
        const bytes = Uint8Array.from([...given, 0x61]);
        expect(decoded(bytes, at)).toBe(new TextDecoder().decode(bytes));
      }),
      { numRuns: 1_000 },
    );
  });
});
