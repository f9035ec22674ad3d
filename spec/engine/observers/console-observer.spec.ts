import { describe, expect, it } from '@jest/globals';
import { consoleObserver } from '../../../src/engine/observers/console-observer.ts';
import { thrownBy } from '../../support/code-of.ts';
import { sample, token } from '../../support/sample-events.ts';

describe('consoleObserver', () => {
  const linesOf = (format: 'pretty' | 'json', ...events: ReturnType<typeof sample>[]) => {
    const lines: string[] = [];
    const observe = consoleObserver({ format, write: line => lines.push(line) });
    events.forEach(event => observe(event));
    return lines;
  };

  it('writes a short line for people', () => {
    const called = sample(
      7,
      'tool.called',
      { tool: 'fetch' },
      { runId: 'a-long-name-of-a-run', node: 'plan/1' },
    );
    expect(linesOf('pretty', token(1, 'Hel'), called)).toEqual([
      '00:00:00.000 run 1 token {"content":"Hel"}',
      '00:00:00.000 of-a-run 7 tool.called plan/1 {"tool":"fetch"}',
    ]);
    const [long] = linesOf('pretty', token(1, 'x'.repeat(500)));
    expect(long!.length).toBeLessThan(160);
  });

  it('lets no text from outside break the line or command the terminal', () => {
    const [line] = linesOf('pretty', sample(1, 'custom:x', { text: '\u001b[31mred\n\u009b2J\u202e' }));
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });

  it('writes whole events as JSON', () => {
    const event = token(1, 'two\nlines');
    const [line] = linesOf('json', event);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line!)).toEqual(event);
  });

  it('refuses other formats', () => {
    expect(thrownBy(() => consoleObserver({ format: 'xml' as never }))).toBe('BAD_OPTION');
  });
});
