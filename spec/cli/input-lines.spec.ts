import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { inputLines } from '../../src/cli/input-lines.ts';

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  for (const [at, place] of [0, ...places].entries()) yield bytes.subarray(place, places[at] ?? bytes.length);
}

describe('lines of input', () => {
  it('are the same however the bytes are cut', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'ä', '🚀', '\n', '\r', ' '), { maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        async (parts, cuts) => {
          const text = parts.join('');
          const found: string[] = [];
          for await (const line of inputLines(pieces(Buffer.from(text), cuts))) {
            found.push(line.isWhole ? `${line.text}\n` : line.text);
          }
          expect(found).toEqual(text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
        },
      ),
    ));
});
