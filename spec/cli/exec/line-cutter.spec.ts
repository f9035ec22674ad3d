import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineCutter } from '../../../src/cli/exec/line-cutter.ts';
import { eventsOf, tokensOf } from '../../../src/cli/exec/output-events.ts';

/** What a program may write: lines, objects, characters of every length, bytes that are none. */
const OUTPUT = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }).map(text => Buffer.from(text)),
      fc
        .constantFrom('\n', '\r\n', '{', '}', '{"a":1}\n', '€', '\u{1f600}', '\0')
        .map(text => Buffer.from(text)),
      fc.uint8Array({ maxLength: 4 }).map(bytes => Buffer.from(bytes)),
      fc.nat(70_000).map(length => Buffer.alloc(length, 'x')),
    ),
    { maxLength: 12 },
  )
  .map(parts => Buffer.concat(parts));

function* piecesOf(bytes: Buffer, cuts: readonly number[]): Generator<Buffer> {
  const places = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (const [at, place] of places.slice(1).entries()) yield bytes.subarray(places[at], place);
}

describe('the text of an output', () => {
  it('is that of its bytes, however they are cut and whenever it is flushed', () => {
    fc.assert(
      fc.property(OUTPUT, fc.array(fc.nat()), fc.array(fc.boolean()), (bytes, cuts, flushes) => {
        const cutter = new LineCutter();
        const texts = [...piecesOf(bytes, cuts)].flatMap((piece, at) => [
          cutter.push(piece),
          flushes[at] ? cutter.flush() : undefined,
        ]);
        texts.push(cutter.end());
        const told = texts.filter(text => text !== undefined);
        expect(told.map(({ text }) => text).join('')).toBe(bytes.toString());
        let before = '\n';
        for (const { text, startsLine } of told) {
          expect(startsLine).toBe(before.endsWith('\n'));
          before = text;
        }
      }),
    );
  });

  it('is whole in its tokens, none of which is too long or ends inside a character', () => {
    fc.assert(
      fc.property(OUTPUT, bytes => {
        const text = bytes.toString();
        const contents = tokensOf({ text, startsLine: true }, 'stdout').map(
          ({ data }) => data!['content'] as string,
        );
        expect(contents.join('')).toBe(text);
        for (const content of contents) {
          expect(content.length).toBeLessThanOrEqual(32_768);
          expect(content).not.toMatch(/[\ud800-\udbff]$/);
        }
      }),
    );
  });

  it('is whole in tokens and objects together', () => {
    const PART = fc.constantFrom('text\n', '{"a":1}\n', '{"b":[]}\n', '{"c":\n', ' {"d":1}\n', '\n', '{}x\n');
    fc.assert(
      fc.property(fc.array(PART, { maxLength: 12 }), fc.boolean(), (parts, startsLine) => {
        const text = parts.join('');
        const said = eventsOf({ text, startsLine }, 'stdout').map(({ type, data }) =>
          type === 'token' ? data!['content'] : `${JSON.stringify(data!['extras'])}\n`,
        );
        expect(said.join('')).toBe(text);
      }),
    );
  });
});
