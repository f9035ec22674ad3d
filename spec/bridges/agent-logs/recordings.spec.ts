import { describe, expect, it } from '@jest/globals';
import {
  CLAUDE_CODE_RECORDS,
  CODEX_RECORDS,
  detectFormat,
  OPENCODE_RECORDS,
  OPENHANDS_RECORDS,
  PI_RECORDS,
  readAgentLog,
  type LogEvent,
} from '../../../src/bridges/agent-logs/index.ts';
import type { JsonObject } from '../../../src/event/json.ts';
import { createContext } from '../../../src/run/queue-context.ts';
import { HAS_RECORDINGS, RECORDED, recordedLines } from './recorded-logs.ts';

const TABLES = {
  codex: CODEX_RECORDS,
  'claude-code': CLAUDE_CODE_RECORDS,
  pi: PI_RECORDS,
  openhands: OPENHANDS_RECORDS,
  opencode: OPENCODE_RECORDS,
};
const recorded = HAS_RECORDINGS ? describe : describe.skip;
type Named = { readonly [name: string]: Named } & JsonObject;

recorded('recorded logs', () => {
  it.each(RECORDED)('%s %s', (format, file, status) => {
    const lines = recordedLines(file);
    expect(detectFormat(lines)).toBe(format);
    const reader = readAgentLog(format);
    const told = new Set(TABLES[format].flatMap(row => row.ours));
    const context = createContext({ capacity: 100_000 });
    const check = (events: readonly LogEvent[], line?: string): void => {
      for (const { type, data, node, source, metadata } of events) {
        if (!told.has(type)) {
          expect(type).toMatch(new RegExp(`^custom:${format}\\.`));
          expect(JSON.stringify(data)).toBe(JSON.stringify(JSON.parse(line!)));
        }
        // Only who writes a run without an agent may say it.
        if (type === 'error') continue;
        // Whatever a run takes: schemas, nodes and sources are checked.
        void context.emit(type as 'token', data as never, { node, source, metadata });
      }
    };
    for (const line of lines) check(reader.readLine(line), line);
    const { events, ending } = reader.end();
    check(events);
    expect(ending.status).toBe(status);
  });

  it.each(RECORDED)('%s %s: each call that ends has begun, once', (format, file) => {
    const begun: unknown[] = [];
    const ended: unknown[] = [];
    for (const { type, data } of eventsOf(format, file)) {
      if (type === 'tool.called') begun.push(data['callId']);
      if (type === 'tool.completed' || type === 'tool.failed') ended.push(data['callId']);
    }
    expect(new Set(begun).size).toBe(begun.length);
    // This one was cut out of a longer conversation.
    const isPart = file.includes('sdk-v1');
    expect(ended.filter(callId => !begun.includes(callId))).toHaveLength(isPart ? 1 : 0);
  });

  it.each(RECORDED)('%s %s: times that the log says are times, and only those', (format, file) => {
    for (const { time } of eventsOf(format, file).filter(event => event.time !== undefined)) {
      expect(new Date(time!).toISOString()).toBe(time);
    }
  });

  it('codex: texts and outputs are those that the log has whole', () => {
    const file = 'codex/fix-merge-conflict.jsonl';
    const whole = recordedLines(file).map(line => (JSON.parse(line) as Named)['payload']?.['msg']);
    const events = eventsOf('codex', file);
    const texts = joined(
      events.filter(({ data }) => data['role'] === undefined && 'finishReason' in data === false),
    );
    expect([...texts.values()]).toEqual(
      whole.flatMap(msg => ((msg?.['type'] as unknown) === 'agent_message' ? [msg!['message']] : [])),
    );
    const end = whole.find(msg => (msg?.['type'] as unknown) === 'exec_command_end')!;
    const pieces = events.filter(
      ({ type, data }) => type === 'custom:tool-output' && data['callId'] === (end['call_id'] as unknown),
    );
    // The end has no more than the first 10 KB.
    const output = pieces.map(({ data }) => data['content']).join('');
    expect(output.slice(0, String(end['stdout']).length)).toBe(end['stdout']);
  });

  it('opencode: what is new in each text is the text', () => {
    const file = 'opencode/shifting-and-multiple-perms.json';
    const last = new Map<unknown, unknown>();
    for (const line of recordedLines(file)) {
      const part = (JSON.parse(line) as Named)['properties']?.['part'];
      if ((part?.['type'] as unknown) === 'text') last.set(part!['id'], part!['text']);
    }
    expect(joined(eventsOf('opencode', file))).toEqual(last);
  });
});

function eventsOf(format: (typeof RECORDED)[number][0], file: string): readonly LogEvent[] {
  const reader = readAgentLog(format);
  return [...recordedLines(file).flatMap(line => reader.readLine(line)), ...reader.end().events];
}

function joined(events: readonly LogEvent[]): Map<unknown, unknown> {
  const texts = new Map<unknown, string>();
  for (const { type, data } of events) {
    if (type !== 'token') continue;
    texts.set(data['messageId'], (texts.get(data['messageId']) ?? '') + String(data['content']));
  }
  return texts;
}
