import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readLines } from '../../src/http/read-lines.ts';
import { codeOf } from '../support/code-of.ts';

async function* chunksOf(bytes: Uint8Array, cuts: readonly number[], fault?: Error) {
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    yield bytes.slice(from, cut);
    await Promise.resolve();
    from = cut;
  }
  yield bytes.slice(from);
  if (fault) throw fault;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function linesOf(chunks: AsyncIterable<Uint8Array>, lines: string[] = [], limit = 100) {
  for await (const some of readLines(chunks, limit)) lines.push(...some);
  return lines;
}

describe('the lines of a body', () => {
  it('are the same wherever the chunks are cut, also inside a character', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 8 }).filter(text => !text.includes('\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(60)), async (lines, cuts) => {
        const body = lines.map(text => `${text}\n`).join('');
        // A mark at the very beginning of a text is not one of its characters.
        const expected = body.replace(/^\uFEFF/, '').split('\n');
        expect(await linesOf(chunksOf(bytesOf(body), cuts))).toEqual(expected.slice(0, -1));
      }),
    );
  });

  it('come as soon as they are whole', async () => {
    const lines = readLines(chunksOf(bytesOf('a\nb\nc'), [3]), 100);
    expect((await lines.next()).value).toEqual(['a']);
    expect((await lines.next()).value).toEqual(['b']);
    expect((await lines.next()).value).toEqual(['c']);
    expect((await lines.next()).done).toBe(true);
  });

  it('end before the one that was cut', async () => {
    const seen: string[] = [];
    const cut = chunksOf(bytesOf('a\nb\nhal'), [1], new Error('aborted'));
    expect(await codeOf(() => linesOf(cut, seen))).toBe('BAD_REQUEST');
    expect(seen).toEqual(['a', 'b']);
  });

  it('are refused when too long, with and without an end, and when no UTF-8', async () => {
    const long = 'x'.repeat(101);
    expect(await linesOf(chunksOf(bytesOf(long.slice(1)), [50]))).toEqual([long.slice(1)]);
    expect(await codeOf(() => linesOf(chunksOf(bytesOf(long), [50])))).toBe('BODY_TOO_LARGE');
    expect(await codeOf(() => linesOf(chunksOf(bytesOf(`${long}\n`), [])))).toBe('BODY_TOO_LARGE');
    expect(await codeOf(() => linesOf(chunksOf(new Uint8Array([0xff]), [])))).toBe('BAD_REQUEST');
    expect(await codeOf(() => linesOf(chunksOf(bytesOf('é').slice(0, 1), [])))).toBe('BAD_REQUEST');
  });
});
