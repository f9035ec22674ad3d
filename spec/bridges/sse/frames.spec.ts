import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { itemFrame, valueFrame } from '../../../src/bridges/sse/frames.ts';
import { SseBytes } from '../../../src/bridges/sse/sse-bytes.ts';
import { keyedLine } from '../../../src/event/codec.ts';
import { Entry } from '../../../src/event/entry.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { thrownBy } from '../../support/code-of.ts';
import { sample } from '../../support/sample-events.ts';

const entryOf = (event: RunEvent): Entry => Entry.ofEvent(event, 100);

describe('frames', () => {
  it('say the type, the envelope on one line, and the cursor last', () => {
    const entry = Entry.ofLine('e.3.0', 3, '{"runId":"r","tenantId":"t","seq":3,"type":"token","data":{}}');
    const data = 'data: {"id":"e.3.0","runId":"r","tenantId":"t","seq":3,"type":"token","data":{}}\n';
    expect(itemFrame(entry, 'typed')).toBe(`event: token\n${data}id: e.3.0\n\n`);
    expect(itemFrame(entry, 'message')).toBe(`${data}id: e.3.0\n\n`);
    expect(itemFrame(entry, 'message', 'r=e.3.0')).toBe(`${data}id: r=e.3.0\n\n`);
  });

  it('show nobody under which key a producer appended', () => {
    const line = '{"runId":"r","tenantId":"t","seq":3,"type":"token","data":{}}';
    const [plain, keyed] = [line, keyedLine(line, 'digest')].map(stored => Entry.ofLine('e.3.0', 3, stored));
    expect(itemFrame(keyed!, 'typed')).toBe(itemFrame(plain!, 'typed'));
  });

  it('have no id where they are notices', () => {
    const notice = { notice: 'reset', runId: 'r', reason: 'fork' } as const;
    expect(itemFrame(notice, 'typed')).toBe(`event: reset\ndata: ${JSON.stringify(notice)}\n\n`);
  });

  it('stay one frame, whatever the data says', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\n', '\r', '\r\n', '\n\nid: x\n'),
        (text, breaks) => {
          const content = text + breaks + text;
          const frame = itemFrame(entryOf(sample(1, 'custom:a', { content })), 'typed');
          expect(frame.split(/\r\n|\r|\n/)).toHaveLength(5);
          expect(valueFrame('run', { content }).split(/\r\n|\r|\n/)).toHaveLength(4);
        },
      ),
    );
  });

  it('refuse whatever would write fields of its own', () => {
    const bytesOf = (entry: Entry): unknown => thrownBy(() => new SseBytes(itemFrame(entry, 'typed')));
    for (const broken of ['a\nid: x', 'a\rdata: x', 'a\r\nid: x', 'a\0', '']) {
      expect(bytesOf(entryOf(sample(1, broken)))).toBe('BAD_EVENT');
    }
    for (const end of ['\n', '\r', '\0']) {
      expect(bytesOf(Entry.ofLine(`e.1.0${end}`, 1, '{"type":"a"}'))).toBe('BAD_EVENT');
      expect(bytesOf(Entry.ofLine('e.1.0', 1, `{"type":"a"${end}}`))).toBe('BAD_EVENT');
    }
    expect(bytesOf(Entry.ofLine('e.1.0', 1, '{"type":"a"}'))).toBe('nothing thrown');
  });
});
