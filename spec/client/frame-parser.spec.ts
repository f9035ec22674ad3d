import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FrameParser, type Frame } from '../../src/client/frame-parser.ts';

/** The frames of a text that comes in pieces, each as event, data, id. */
function framesOf(...pieces: readonly string[]): (readonly (string | undefined)[])[] {
  const parser = new FrameParser();
  const frames: Frame[] = [];
  for (const piece of pieces) {
    parser.push(piece);
    for (let frame = parser.next(); frame; frame = parser.next()) frames.push(frame);
  }
  return frames.map(({ event, data, id }) => [event, data, id]);
}

describe('frames', () => {
  it.each<[string, string, (string | undefined)[][]]>([
    ['one of ours', 'event: step\ndata: {}\nid: e.1.0\n\n', [['step', '{}', 'e.1.0']]],
    ['without a space', 'event:step\ndata:{}\nid:1\n\n', [['step', '{}', '1']]],
    ['with two spaces', 'data:  x\n\n', [['', ' x', undefined]]],
    ['several lines of data', 'data: a\ndata\ndata: b\n\n', [['', 'a\n\nb', undefined]]],
    ['only an id', 'id: e.7.0\n\n', [['', undefined, 'e.7.0']]],
    ['an id with NUL', 'id: a\0b\ndata: x\n\n', [['', 'x', undefined]]],
    ['no data', 'event: step\n\n', []],
    ['empty data', 'data:\n\ndata: x\n\n', [['', 'x', undefined]]],
    [
      'names are not carried over',
      'event: a\ndata: 1\n\ndata: 2\n\n',
      [
        ['a', '1', undefined],
        ['', '2', undefined],
      ],
    ],
    ['comments', ': hello\ndata: x\n: there\n\n:\n\n', [['', 'x', undefined]]],
    ['unknown fields', 'datum: y\ndata: x\nDATA: z\n\n', [['', 'x', undefined]]],
    [
      'carriage returns',
      'data: a\r\rdata: b\r\r',
      [
        ['', 'a', undefined],
        ['', 'b', undefined],
      ],
    ],
    [
      'both',
      'data: a\r\n\r\ndata: b\r\n\r\n',
      [
        ['', 'a', undefined],
        ['', 'b', undefined],
      ],
    ],
    ['mixed', 'data: a\ndata: b\rdata: c\r\n\n', [['', 'a\nb\nc', undefined]]],
    ['no end', 'data: a\n\ndata: b\n', [['', 'a', undefined]]],
  ])('%s', (_, text, expected) => {
    expect(framesOf(text)).toEqual(expected);
    expect(framesOf(...text)).toEqual(expected);
  });

  it('know how long to wait', () => {
    const parser = new FrameParser();
    for (const text of ['retry: 1500\n\n', 'retry: soon\n\n', 'retry: -1\n\n']) {
      parser.push(text);
      expect([parser.next(), parser.retry]).toEqual([undefined, 1_500]);
    }
  });

  it('are the same however they are cut', () => {
    const line = fc.constantFrom(
      'data: {"a":1}',
      'data',
      'id: 5',
      'event: step',
      ': no',
      'retry: 3',
      '',
      '',
      'x: y',
    );
    const ending = fc.constantFrom('\n', '\r', '\r\n');
    const text = fc.array(fc.tuple(line, ending)).map(lines => lines.map(parts => parts.join('')).join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 200 })), (whole, cuts) => {
        const places = [0, ...cuts.map(cut => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((end, at) => whole.slice(places[at], end));
        expect(framesOf(...pieces)).toEqual(framesOf(whole));
      }),
      { numRuns: 1_000 },
    );
  });
});
