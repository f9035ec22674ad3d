import { describe, expect, it } from '@jest/globals';
import { encodeLine } from '../../src/event/codec.ts';
import { Entry } from '../../src/event/entry.ts';
import type { RunEvent } from '../../src/event/run-event.ts';

const event: RunEvent = {
  id: 'ep.3.0',
  runId: 'r1',
  tenantId: 't1',
  seq: 3,
  type: 'token',
  time: '2025-01-01T00:00:00.000Z',
  data: { content: 'Hel' },
};

describe('Entry', () => {
  it('makes the line of an event once, when it is asked for', () => {
    const entry = Entry.ofEvent(event, 300);
    expect(entry).toMatchObject({ seq: 3, cursor: 'ep.3.0', bytes: 300 });
    expect(entry.event).toBe(event);
    expect(entry.line).toBe(encodeLine(event));
  });

  it('counts a line that is there already exactly', () => {
    const line = encodeLine(event);
    expect(Entry.ofEvent(event, 300, line)).toMatchObject({ bytes: line.length, line });
  });

  it('makes the event of a line once', () => {
    const entry = Entry.ofLine('ep.3.0', 3, encodeLine(event));
    expect(entry).toMatchObject({ seq: 3, cursor: 'ep.3.0', bytes: encodeLine(event).length });
    expect(entry.event).toEqual(event);
    expect(entry.event).toBe(entry.event);
  });

  it('knows the type of a line without reading the line', () => {
    const lines = ['token', 'node.failed', 'custom:a-b.c'].map(type =>
      encodeLine({ ...event, type } as RunEvent),
    );
    expect(lines.map(line => Entry.ofLine('ep.3.0', 3, line).type)).toEqual([
      'token',
      'node.failed',
      'custom:a-b.c',
    ]);
    const tricky = encodeLine({ ...event, data: { content: '"type":"error"' } });
    expect(Entry.ofLine('ep.3.0', 3, tricky).type).toBe('token');
    expect(Entry.ofEvent(event, 1).type).toBe('token');
  });
});
