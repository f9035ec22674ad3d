import type { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import * as ws from 'ws';
import { costOf, SocketBytes } from '../../../src/bridges/websocket/socket-bytes.ts';

// It is there, and has no types.
const { Receiver } = ws as unknown as { readonly Receiver: new (options: object) => Writable };

/** What the receiver of `ws` makes of bytes. */
function received(bytes: Uint8Array): string[] {
  const texts: string[] = [];
  const receiver = new Receiver({ isServer: false });
  receiver.on('message', (data: Buffer) => texts.push(data.toString()));
  receiver.on('error', error => {
    throw error;
  });
  receiver.write(Buffer.from(bytes));
  return texts;
}

const packed = (texts: readonly string[], costs: readonly number[] = []) =>
  new SocketBytes(texts.map((text, at) => ({ text, cost: costs[at] ?? 1, cursor: `e.${at}.0` })));

describe('messages as frames', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 70_000])('are what a client reads, of %d bytes', size => {
    const texts = ['x'.repeat(size), '😀', 'y'.repeat(size)];
    expect(received(packed(texts).all)).toEqual(texts);
  });

  it('are what a client reads, whatever they say', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { minLength: 1 }), texts => {
        expect(received(packed(texts).all)).toEqual(texts);
      }),
    );
  });

  it('are given up to the one that uses up the credit', () => {
    const bytes = packed(['a', 'b', 'c'], [1, 5, 1]);
    expect(bytes.cost).toBe(7);
    const firsts = [1, 2, 6, 7, 100].map(credit => bytes.first(credit));
    expect(firsts.map(first => received(first.bytes))).toEqual([
      ['a'],
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(firsts.map(({ cost, isPart, cursor }) => [cost, isPart, cursor])).toEqual([
      [1, true, 'e.0.0'],
      [6, true, 'e.1.0'],
      [6, true, 'e.1.0'],
      [7, false, 'e.2.0'],
      [7, false, 'e.2.0'],
    ]);
  });

  it('cost more by the 4,096 characters', () => {
    expect([0, 4_095, 4_096, 8_191, 8_192, 262_144].map(costOf)).toEqual([1, 1, 2, 2, 3, 65]);
  });
});
