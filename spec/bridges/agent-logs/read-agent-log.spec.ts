import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  AGENT_LOG_FORMATS,
  detectFormat,
  readAgentLog,
  type LogEvent,
} from '../../../src/bridges/agent-logs/index.ts';
import { SAMPLES, sampleLines } from './sample-logs.ts';

const formats = fc.constantFrom(...AGENT_LOG_FORMATS);

describe('logs of agents', () => {
  it.each(AGENT_LOG_FORMATS)('%s: a question, a tool, an answer', format => {
    const lines = sampleLines(format);
    expect(detectFormat(lines)).toBe(format);
    const reader = readAgentLog(format);
    const events = lines.flatMap(line => reader.readLine(line));
    const { events: held, ending } = reader.end();
    const all = [...events, ...held];
    expect(all.filter(({ type }) => type.startsWith('tool.')).map(({ type }) => type)).toEqual([
      'tool.called',
      'tool.completed',
    ]);
    expect(textOf(all)).toBe('One file.');
    expect(ending.status).toBe('completed');
    if (format !== 'openhands' && format !== 'opencode') {
      expect(all.find(({ type }) => type === 'llm.response')?.data['usage']).toEqual({
        inputTokens: 7,
        outputTokens: 3,
      });
    }
  });

  it('lines that are cut anywhere survive as text, and what is whole is read as ever', () => {
    fc.assert(
      fc.property(formats, fc.nat(), fc.nat(), (format, which, where) => {
        const lines = [...sampleLines(format)];
        const at = which % lines.length;
        const cut = lines[at]!.slice(0, 1 + (where % (lines[at]!.length - 1)));
        const reader = readAgentLog(format);
        const events = lines.map((line, index) => reader.readLine(index === at ? cut : line));
        expect(events[at]).toEqual([{ type: `custom:${format}.text`, data: { text: cut } }]);
        expect(() => reader.end()).not.toThrow();
      }),
    );
  });

  it('members that nobody knows survive', () => {
    fc.assert(
      fc.property(formats, fc.nat(), fc.jsonValue(), (format, which, json) => {
        const value = JSON.parse(JSON.stringify(json)) as never;
        const reader = readAgentLog(format);
        SAMPLES[format].forEach((record, index) => {
          const isChanged = index === which % SAMPLES[format].length;
          const events = reader.read(isChanged ? { ...record, newMember: value } : record);
          if (!isChanged) return;
          const kept = events.flatMap(({ data, metadata }) => [
            data,
            data['response'] as object,
            metadata?.['log'] as object,
          ]);
          expect(kept).toContainEqual(expect.objectContaining({ newMember: value }));
        });
      }),
    );
  });

  it('records that nobody knows survive whole, and no record throws', () => {
    fc.assert(
      fc.property(formats, fc.jsonValue(), (format, json) => {
        const value = JSON.parse(JSON.stringify(json)) as never;
        const [known] = readAgentLog(format).read(value);
        expect(known?.data).toEqual(
          typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value },
        );
        const record = { type: 'from.tomorrow', value };
        expect(readAgentLog(format).read(record)).toEqual([
          { type: `custom:${format}.from.tomorrow`, data: record },
        ]);
      }),
    );
  });

  it('tells no format by what several could have written', () => {
    expect(detectFormat(['', 'hello', '{"type":"token","data":{"content":"x"}}', '[1]', '{}'])).toBe(
      undefined,
    );
  });

  it('refuses a format that there is not', () => {
    expect(() => readAgentLog('vim' as 'pi')).toThrow(/expected codex, claude-code/);
  });
});

function textOf(events: readonly LogEvent[]): string {
  return events
    .filter(({ type, data }) => type === 'token' && data['role'] === undefined)
    .map(({ data }) => String(data['content']))
    .join('');
}
