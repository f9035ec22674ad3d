import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { from, map, toArray } from 'rxjs';
import { encodeLine, wireLine } from '../../src/event/codec.ts';
import type { JsonObject } from '../../src/event/json.ts';
import type { Notice } from '../../src/event/notice.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { sseFrame, toSseFrame } from '../../src/operators/to-sse-frame.ts';
import { sample, token } from '../support/sample-events.ts';

interface Message {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

/** "Interpreting an event stream" of the WHATWG HTML standard, word by word. */
function parseStream(bytes: Uint8Array): { messages: Message[]; comments: string[]; lastEventId: string } {
  const messages: Message[] = [];
  const comments: string[] = [];
  let [data, type, lastEventId] = ['', '', ''];
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  // What follows the last line end is not a line.
  lines.pop();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (line === '') {
      if (data !== '') messages.push({ type: type || 'message', data: data.slice(0, -1), lastEventId });
      [data, type] = ['', ''];
    } else if (colon === 0) {
      comments.push(line.slice(1));
    } else {
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') type = value;
      else if (field === 'data') data += `${value}\n`;
      else if (field === 'id' && !value.includes('\0')) lastEventId = value;
    }
  }
  return { messages, comments, lastEventId };
}

const parse = (frames: string) => parseStream(new TextEncoder().encode(frames));
const gap: Notice = { notice: 'gap', runId: 'run', reason: 'trimmed', from: 1, to: 2, cursor: 'e1.2.0' };

describe('toSseFrame', () => {
  it('writes type, envelope on one line, and the cursor last', () => {
    const event = token(7, 'a\nb');
    expect(toSseFrame(event)).toBe(
      `event: token\ndata: ${wireLine(encodeLine(event), 'e1.7.0')}\nid: e1.7.0\n\n`,
    );
    expect(toSseFrame(event)).toMatch(/^event: token\ndata: \{"id":"e1\.7\.0","runId"/);
  });

  it('writes notices without an id, and heartbeats as comments', () => {
    expect(toSseFrame(gap)).toBe(`event: gap\ndata: ${JSON.stringify(gap)}\n\n`);
    expect(toSseFrame({ notice: 'heartbeat', time: '2026-01-01T00:00:00.000Z' })).toBe(': heartbeat\n\n');
  });

  it('leaves the type out for onmessage', () => {
    const frames = [sample(1, 'error', { code: 'X' }), gap].map(item =>
      toSseFrame(item, { frames: 'message' }),
    );
    expect(parse(frames.join('')).messages.map(({ type }) => type)).toEqual(['message', 'message']);
    expect(() => toSseFrame(gap, { frames: 'raw' as 'typed' })).toThrow(/typed, message, got "raw"/);
  });

  it('stands in map', () => {
    let all: string[] = [];
    from([token(1, 'a'), gap])
      .pipe(map(toSseFrame), toArray())
      .subscribe(frames => (all = frames));
    expect(parse(all.join('')).messages.map(({ type }) => type)).toEqual(['token', 'gap']);
  });

  it('comes back equal through an independent parser, whatever the data', () => {
    const json = fc.jsonValue();
    const text = fc.string({ unit: 'binary' });
    const nasty = fc.constantFrom(
      '\n\nid: 666\n\n',
      '\r',
      '\u2028',
      '\0',
      '\ufeff',
      'data: x',
      ': c',
      '\ud800',
    );
    const data = fc.dictionary(fc.oneof(text, nasty), fc.oneof(text, nasty, json as fc.Arbitrary<never>));
    fc.assert(
      fc.property(fc.array(data, { maxLength: 5 }), all => {
        const events = all.map((each, i) => sample(i + 1, 'custom:x', each as JsonObject));
        const frames = events
          .map(event => toSseFrame(event))
          .join(toSseFrame({ notice: 'heartbeat', time: '' }));
        const { messages, lastEventId } = parse(frames);
        expect(messages.map(message => JSON.parse(message.data) as RunEvent)).toEqual(
          events.map(event => JSON.parse(JSON.stringify(event)) as RunEvent),
        );
        expect(messages.map(message => message.lastEventId)).toEqual(events.map(event => event.id));
        expect(lastEventId).toBe(events.at(-1)?.id ?? '');
      }),
    );
  });

  it('refuses fields that could write others', () => {
    const bad = expect.objectContaining({ code: 'BAD_EVENT' });
    for (const breakout of ['a\nb', 'a\rb', 'a\0b', '', '\n\ndata: x']) {
      expect(() => toSseFrame(sample(1, breakout))).toThrow(bad);
      expect(() => sseFrame('token', '{}', breakout)).toThrow(bad);
      expect(() => sseFrame('token', breakout, 'e1.1.0')).toThrow(bad);
      expect(() => toSseFrame({ ...gap, notice: breakout as 'gap' })).toThrow(bad);
    }
    for (const id of ['', '"', '1","final":true,"x":"', 'a\\', 'a\tb', 'a b']) {
      expect(() => toSseFrame(sample(1, 'custom:x', {}, { id }))).toThrow(bad);
    }
  });

  it('never gives a parser more than one message, whatever the fields', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ' ', ':', '\n', '\r', '\0', '\u2028', '\ufeff') });
    fc.assert(
      fc.property(field, field, field, (type, line, cursor) => {
        let frame: string;
        try {
          frame = sseFrame(type, line, cursor);
        } catch (error) {
          expect(error).toEqual(expect.objectContaining({ code: 'BAD_EVENT' }));
          return;
        }
        expect(parse(frame).messages).toEqual([{ type, data: line, lastEventId: cursor }]);
      }),
    );
  });

  it('does not move the cursor when a frame is cut', () => {
    const frames = toSseFrame(token(1, 'a')) + toSseFrame(token(2, 'b'));
    const bytes = new TextEncoder().encode(frames);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { messages } = parseStream(bytes.subarray(0, cut));
      expect(messages.map(message => message.lastEventId)).toEqual(
        ['e1.1.0', 'e1.2.0'].slice(0, messages.length),
      );
    }
  });
});
