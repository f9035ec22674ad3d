import { describe, expect, it } from '@jest/globals';
import { assert, integer, array, property } from 'fast-check';
import { EventStreamParser } from '../../../src/bridges/event-stream-parser.ts';
import { ANTHROPIC_EVENTS } from '../../../src/bridges/model-streams/anthropic-table.ts';
import { AnthropicReader } from '../../../src/bridges/model-streams/anthropic-reader.ts';
import type { ModelReader } from '../../../src/bridges/model-streams/model-reader.ts';
import { OPENAI_EVENTS } from '../../../src/bridges/model-streams/openai-table.ts';
import { OpenAiReader } from '../../../src/bridges/model-streams/openai-reader.ts';
import type { Produced } from '../../../src/bridges/produced.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { ANTHROPIC, OPENAI, sseOf } from './samples.ts';

const SERVICES = [
  {
    name: 'OpenAI',
    make: () => new OpenAiReader({ clock: new ManualClock() }),
    sample: OPENAI,
    callId: 'resp_1',
    model: 'gpt-x',
    last: 'response.completed',
  },
  {
    name: 'Anthropic',
    make: () => new AnthropicReader({ clock: new ManualClock() }),
    sample: ANTHROPIC,
    callId: 'msg_1',
    model: 'claude-x',
    last: 'message_stop',
  },
] as const;

describe.each(SERVICES)('a stream of $name', ({ make, sample, callId, model, last }) => {
  it('becomes text, thoughts, tools and one answer', () => {
    const reader = make();
    const events = readAll(reader, sample);
    expect(textOf(events, undefined)).toBe('Tea ☕ is hot.');
    expect(textOf(events, 'thinking')).toBe('Let me see.');
    expect(reader.calls).toEqual([{ callId: 'call_1', tool: 'add', args: { a: 1, b: 2 } }]);
    expect(reader.usage).toEqual({ inputTokens: 7, outputTokens: 9 });
    expect(reader.failure).toBeUndefined();
    expect(events[0]).toEqual({ type: 'llm.prompt', data: { callId, model, messages: [] } });
    expect(events.at(-1)).toMatchObject({
      type: 'llm.response',
      data: { callId, response: { model, toolCalls: reader.calls }, usage: reader.usage },
    });
    expect(events.filter(({ type }) => type.startsWith('tool.')).map(({ type }) => type)).toEqual([
      ...['tool.called', 'tool.completed'],
    ]);
    const args = events.filter(({ type, data }) => type === 'custom:tool-input' && data['tool'] === 'add');
    expect(args.map(({ data }) => data['delta'])).toEqual(['{"a":1,', '"b":2}', '']);
    expect(args.at(-1)!.data).toMatchObject({ callId: 'call_1', partial: true, last: true });
  });

  it('ends each text, thoughts and answers apart', () => {
    const events = readAll(make(), sample);
    const ids = new Set(events.filter(({ type }) => type === 'token').map(({ data }) => data['messageId']));
    const ended = events.filter(({ type, data }) => type === 'token' && data['finishReason'] !== undefined);
    expect(ids.size).toBe(2);
    expect(new Set(ended.map(({ data }) => data['messageId']))).toEqual(ids);
  });

  it('says the same wherever its bytes are cut', () => {
    const bytes = new TextEncoder().encode(sseOf(sample));
    const whole = readAll(make(), sample);
    assert(
      property(array(integer({ min: 0, max: bytes.length }), { maxLength: 12 }), cuts => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const parser = new EventStreamParser();
        const parts = places.slice(1).flatMap((to, at) => parser.push(bytes.subarray(places[at], to)));
        expect(readAll(make(), [...parts, ...parser.end()])).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it('says the same where a character is cut in its middle', () => {
    const bytes = new TextEncoder().encode(sseOf(sample));
    const whole = readAll(make(), sample);
    const places = [...bytes.keys()].filter(at => bytes[at]! >= 0x80);
    expect(places.length).toBeGreaterThan(0);
    for (const at of places) {
      const parser = new EventStreamParser();
      const parts = [...parser.push(bytes.subarray(0, at)), ...parser.push(bytes.subarray(at))];
      expect(readAll(make(), [...parts, ...parser.end()])).toEqual(whole);
    }
  });

  it('that breaks off anywhere has failed, and says so', () => {
    for (let length = 0; length < sample.length; length++) {
      const reader = make();
      const events = readAll(reader, sample.slice(0, length));
      expect(events.at(-1)!.type).toBe('llm.failed');
      expect(reader.failure?.message).toMatch(/ended before/);
    }
  });

  it('keeps what nobody knows', () => {
    const odd = { type: 'odd.thing/new', n: 1 };
    const reader = make();
    const [said] = reader.read(odd);
    expect(said).toEqual({ type: expect.stringMatching(/^custom:\w+\.odd\.thing_new$/), data: odd });
    for (const nothing of [null, 1, 'x', [], {}, { type: 1 }])
      expect(() => reader.read(nothing)).not.toThrow();
  });

  it('tells an error of the service', () => {
    const reader = make();
    const error = { message: 'Overloaded', type: 'overloaded_error' };
    const events = readAll(reader, [sample[0], { type: 'error', error }]);
    expect(events.at(-1)).toMatchObject({ type: 'llm.failed', data: { callId } });
    expect(reader.failure?.message).toContain('Overloaded');
    expect(events.filter(({ type }) => type === 'llm.failed')).toHaveLength(1);
  });

  it('ends with its last event alone', () => {
    const reader = make();
    expect(
      readAll(
        reader,
        sample.filter(({ type }) => type !== last),
      ).at(-1)!.type,
    ).toBe('llm.failed');
  });
});

describe.each([
  { name: 'OpenAI', rows: OPENAI_EVENTS, make: () => new OpenAiReader(), samples: [...OPENAI] as object[] },
  {
    name: 'Anthropic',
    rows: ANTHROPIC_EVENTS,
    make: () => new AnthropicReader(),
    samples: [...ANTHROPIC] as object[],
  },
])('the table of $name', ({ rows, make, samples }) => {
  const byName = new Map(rows.map(row => [row.theirs, row.ours]));

  it('says what the reader does with every event of the sample', () => {
    const reader = make();
    const seen = new Set<string>();
    for (const part of samples) {
      const name = rowOf(part as never, byName);
      const types = reader.read(part).map(({ type }) => type);
      if (name === undefined) {
        expect(types).toEqual([expect.stringMatching(/^custom:/)]);
        continue;
      }
      seen.add(name);
      // What closes an item says nothing where it was closed before.
      const ours = byName.get(name)!;
      expect({ name, types: [...new Set(types)] }).toEqual({ name, types: ours });
    }
    expect(seen.size).toBeGreaterThan(9);
  });
});

/** The row of an event: the narrowest that there is. */
function rowOf(
  event: {
    type: string;
    item?: { type: string };
    content_block?: { type: string };
    delta?: { type: string };
    index?: number;
  },
  rows: ReadonlyMap<string, unknown>,
): string | undefined {
  const { type, item, content_block: block, delta, index } = event;
  const kind =
    block?.type.replace(/^.*_tool_result$/, '…_tool_result') ??
    (typeof delta === 'object' ? delta.type : undefined);
  const hosted = item?.type.endsWith('_call') && item.type !== 'function_call' ? 'hosted tool' : undefined;
  const stops = type === 'content_block_stop' ? { 1: 'server_tool_use', 4: 'tool_use' }[index!] : undefined;
  const narrow = `${type} (${kind ?? hosted ?? stops ?? ''})`;
  return rows.has(narrow) ? narrow : rows.has(type) ? type : undefined;
}

function readAll(reader: ModelReader, parts: readonly unknown[]): Produced[] {
  return [...parts.flatMap(part => reader.read(part)), ...reader.end()];
}

function textOf(events: readonly Produced[], role: string | undefined): string {
  return events
    .filter(({ type, data }) => type === 'token' && data['role'] === role)
    .map(({ data }) => data['content'])
    .join('');
}
