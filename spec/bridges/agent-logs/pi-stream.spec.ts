import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { detectFormat, readAgentLog, type LogEvent } from '../../../src/bridges/agent-logs/index.ts';
import { PI_STREAM } from './sample-logs.ts';

function told(records: readonly object[], heardAt?: () => number): readonly LogEvent[] {
  const reader = readAgentLog('pi');
  return records.flatMap(record => reader.read(record, heardAt?.()));
}

const end = (content: readonly object[], stopReason = 'stop'): object => ({
  type: 'message_end',
  message: { role: 'assistant', content, stopReason },
});
const delta = (type: string, text: string, contentIndex = 0): object => ({
  type: 'message_update',
  assistantMessageEvent: { type: `${type}_delta`, contentIndex, delta: text },
});

describe('what pi prints with --mode json', () => {
  it('is its pieces, each once', () => {
    expect(told(PI_STREAM).map(({ type, data }) => [type, data['content'] ?? data['callId']])).toEqual([
      ['custom:pi.session', undefined],
      ['custom:pi.agent_start', undefined],
      ['custom:pi.turn_start', undefined],
      ['token', 'How many?'],
      ['token', 'Look'],
      ['token', ' there.'],
      ['tool.called', 'c'],
      ['llm.response', 'message-2'],
      ['custom:tool-output', 'a'],
      ['custom:tool-output', '\nb'],
      ['tool.completed', 'c'],
      ['custom:pi.turn_start', undefined],
      ['token', 'One'],
      ['token', ' file.'],
      ['token', ''],
      ['llm.response', 'message-4'],
    ]);
  });

  it('is told by its header, and by the pieces alone where there is none', () => {
    const lines = PI_STREAM.map(record => JSON.stringify(record));
    expect(detectFormat(lines)).toBe('pi');
    expect(detectFormat(lines.slice(1))).toBe('pi');
  });

  it('ends as the last answer ends', () => {
    const failed = { role: 'assistant', content: [], stopReason: 'error', errorMessage: 'no credit' };
    for (const [message, status] of [
      [failed, 'failed'],
      [{ ...failed, stopReason: 'aborted' }, 'cancelled'],
      [{ role: 'assistant', content: [], stopReason: 'length' }, 'completed'],
    ] as const) {
      const reader = readAgentLog('pi');
      reader.read({ type: 'agent_start' });
      reader.read({ type: 'message_end', message });
      reader.read({ type: 'agent_end', messages: [message] });
      expect(reader.end().ending.status).toBe(status);
      // It tries again.
      reader.read({ type: 'agent_start' });
      expect(reader.end().ending.status).toBe('unsaid');
    }
  });

  it('says how long things took by when they were heard', () => {
    let now = 1_000;
    const events = told(PI_STREAM, () => (now += 10));
    const durations = events.flatMap(({ data }) => data['durationMs'] ?? []);
    // From the beginning of the answer, of the execution, and of the last answer, to their ends.
    expect(durations).toEqual([80, 40, 50]);
  });

  it('tells texts whole that had no pieces, and anew what is otherwise in the end', () => {
    const start = { type: 'message_start', message: { role: 'assistant' } };
    const text = (it: string) => [{ type: 'text', text: it }];
    const contents = (records: readonly object[]): unknown[] =>
      told(records)
        .filter(({ type }) => type === 'token')
        .map(({ data }) => [data['messageId'], data['content']]);
    expect(contents([start, end(text('Hi.'))])).toEqual([['message-1', 'Hi.']]);
    expect(contents([start, delta('text', 'Ha'), end(text('Hi.'))])).toEqual([
      ['message-1', 'Ha'],
      ['message-1/1', 'Hi.'],
    ]);
  });

  it('joins to the texts that the ends have, however they were cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string(), { minLength: 1 }), { minLength: 1, maxLength: 4 }),
        blocks => {
          const records = [
            { type: 'message_start', message: { role: 'assistant' } },
            ...blocks.flatMap((pieces, index) => pieces.map(piece => delta('text', piece, index))),
            end(blocks.map(pieces => ({ type: 'text', text: pieces.join('') }))),
          ];
          const texts = blocks.map((_, index) =>
            told(records)
              .filter(({ data }) => data['messageId'] === (index === 0 ? 'message-1' : `message-1/${index}`))
              .map(({ data }) => data['content'])
              .join(''),
          );
          expect(texts).toEqual(blocks.map(pieces => pieces.join('')));
        },
      ),
    );
  });

  it('says only what is new of an output whose beginning was let go', () => {
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at} of an output that is long\n`);
    const records = lines.map((_, at) => ({
      ...{ type: 'tool_execution_update', toolCallId: 'c', toolName: 'bash', args: {} },
      partialResult: { content: [{ type: 'text', text: lines.slice(Math.max(0, at - 9), at + 1).join('') }] },
    }));
    const said = told(records).filter(({ type }) => type === 'custom:tool-output');
    expect(said.map(({ data }) => data['content'])).toEqual(lines);
  });

  it('keeps what it does not know whole', () => {
    for (const record of [
      { type: 'compaction_end', reason: 'threshold', result: { summary: 's' }, aborted: false },
      { type: 'message_end', message: { role: 'bashExecution', command: 'ls', output: 'a' } },
      { type: 'message_update', assistantMessageEvent: { type: 'picture_delta', delta: 'x' } },
      { type: 'turn_end', message: {}, toolResults: [], newMember: 1 },
    ]) {
      expect(told([record])).toEqual([{ type: `custom:pi.${record.type}`, data: record }]);
    }
  });
});
