import { describe, expect, it } from '@jest/globals';
import { streamText, stepCountIs, tool } from 'ai';
import { array, assert, constantFrom, integer, property, string, tuple } from 'fast-check';
import * as z from 'zod';
import { PARTS, UI_CHUNKS } from '../../../src/bridges/ai-sdk/part-table.ts';
import { TextStreamReader } from '../../../src/bridges/ai-sdk/text-stream-reader.ts';
import { partOfChunk } from '../../../src/bridges/ai-sdk/ui-chunk.ts';
import { EventStreamParser } from '../../../src/bridges/event-stream-parser.ts';
import type { Produced } from '../../../src/bridges/produced.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { callsAdd, modelOf, says } from './models.ts';

const reader = () => new TextStreamReader({ clock: new ManualClock() });
const read = (parts: readonly unknown[], by = reader()): Produced[] => parts.flatMap(part => by.read(part));

/** Two steps with a tool between them, as the AI SDK streams them. */
function stream() {
  return streamText({
    model: modelOf(
      [
        { type: 'reasoning-start', id: 'r' },
        { type: 'reasoning-delta', id: 'r', delta: 'hm' },
        { type: 'reasoning-end', id: 'r' },
        ...callsAdd(),
      ],
      says(['th', 'ree']),
    ),
    prompt: 'add',
    stopWhen: stepCountIs(3),
    tools: {
      add: tool({ inputSchema: z.object({ a: z.number(), b: z.number() }), execute: ({ a, b }) => a + b }),
    },
  });
}

async function all(parts: AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = [];
  for await (const part of parts) list.push(part);
  return list;
}

describe('a stream of the AI SDK', () => {
  it('says the same as fullStream and as a UI message stream, but for what only one of them knows', async () => {
    const result = stream();
    const [full, ui] = await Promise.all([all(result.fullStream), all(result.toUIMessageStream())]);
    const said = (events: readonly Produced[]) =>
      events
        .filter(({ type }) => /^(token|tool\.|custom:|step)/.test(type))
        .filter(({ data }) => data['content'] !== '' && data['last'] === undefined)
        .map(({ type, data }) => [type, data['content'] ?? data['delta'] ?? data['callId'] ?? data['name']]);
    expect(said(read(ui.map(partOfChunk)))).toEqual(said(read(full)));
    expect(said(read(full))).toEqual([
      ...[
        ['token', 'hm'],
        ['custom:tool-input', '{"a":1,'],
        ['custom:tool-input', '"b":2}'],
      ],
      ...[
        ['tool.called', 'call-1'],
        ['tool.completed', 'call-1'],
        ['step', 'step-1'],
      ],
      ...[
        ['token', 'th'],
        ['token', 'ree'],
        ['step', 'step-2'],
      ],
    ]);
  });

  it('keeps texts of several ids and steps whole and apart, in order', () => {
    const piece = tuple(constantFrom('0', '1', 'finish'), string());
    assert(
      property(array(piece, { maxLength: 40 }), pieces => {
        const parts = pieces.map(([id, text]) =>
          id === 'finish' ? { type: 'finish-step' } : { type: 'text-delta', id, text },
        );
        const tokens = read(parts).filter(({ type, data }) => type === 'token' && data['content'] !== '');
        let step = 1;
        const expected = pieces.flatMap(([id, text]) => {
          if (id === 'finish') step++;
          return id === 'finish' || text === '' ? [] : [[`step-${step}/${id}`, text]];
        });
        expect(tokens.map(({ data }) => [data['messageId'], data['content']])).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('ends each text of a step once, and keeps usage and reasons', () => {
    const by = reader();
    const events = read(
      [
        { type: 'reasoning-delta', id: 'r', text: 'hm' },
        { type: 'text-delta', id: '0', text: 'a' },
        {
          type: 'finish-step',
          finishReason: 'length',
          usage: { inputTokens: 1, outputTokens: 2 },
          response: { id: 'x', modelId: 'm' },
        },
        { type: 'finish', finishReason: 'length', totalUsage: { inputTokens: 3, outputTokens: 4 } },
      ],
      by,
    );
    expect(events.slice(2)).toMatchObject([
      {
        type: 'token',
        data: { content: '', messageId: 'step-1/r/thinking', role: 'thinking', finishReason: 'length' },
      },
      { type: 'token', data: { content: '', messageId: 'step-1/0', finishReason: 'length' } },
      {
        type: 'llm.response',
        data: {
          response: { id: 'x', model: 'm', finishReason: 'length' },
          usage: { inputTokens: 1, outputTokens: 2 },
        },
      },
      { type: 'step', data: { name: 'step-1' } },
    ]);
    expect([by.finishReason, by.usage]).toEqual(['length', { inputTokens: 3, outputTokens: 4 }]);
  });

  it('keeps data parts under their names, and what nobody knows', () => {
    expect(
      read([
        { type: 'data-weather', data: { city: 'x' } },
        { type: 'data-weather', id: 'w', data: { city: 'y' } },
        { type: 'data-count', data: 3 },
        { type: 'odd/part', n: 1 },
      ]),
    ).toEqual([
      { type: 'custom:weather', data: { city: 'x' } },
      { type: 'custom:weather', data: { id: 'w', data: { city: 'y' } } },
      { type: 'custom:count', data: { data: 3 } },
      { type: 'custom:ai-sdk.odd_part', data: { type: 'odd/part', n: 1 } },
    ]);
    for (const nothing of [
      null,
      1,
      'x',
      [],
      {},
      { type: 'file' },
      { type: 'tool-call' },
      { type: 'finish-step' },
    ]) {
      expect(() => read([nothing, nothing])).not.toThrow();
    }
  });

  it('tells what went wrong with tools, and what was still open', () => {
    const by = reader();
    const events = read(
      [
        { type: 'tool-input-error', toolCallId: 'a', toolName: 'add', input: 1, errorText: 'no number' },
        { type: 'tool-input-available', toolCallId: 'b', toolName: 'add', input: {} },
        { type: 'tool-output-denied', toolCallId: 'b' },
        { type: 'tool-input-available', toolCallId: 'c', toolName: 'add', input: {} },
        { type: 'tool-output-available', toolCallId: 'c', output: 1, preliminary: true },
      ].map(partOfChunk),
      by,
    );
    expect(events.map(({ type, data }) => [type, data['error'] ?? data['callId']])).toEqual([
      ...[
        ['tool.called', 'a'],
        ['tool.failed', 'no number'],
        ['tool.called', 'b'],
      ],
      ...[
        ['tool.failed', 'the call was refused'],
        ['tool.called', 'c'],
        ['custom:tool-output', 'c'],
      ],
    ]);
    expect(by.fail(new Error('cut'))).toEqual([{ type: 'tool.failed', data: { callId: 'c', error: 'cut' } }]);
  });

  it('is the same wherever its bytes are cut', async () => {
    const chunks = await all(stream().toUIMessageStream());
    const text = chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`).join('') + 'data: [DONE]\n\n';
    const bytes = new TextEncoder().encode(text);
    const whole = read(chunks.map(partOfChunk));
    assert(
      property(array(integer({ min: 0, max: bytes.length }), { maxLength: 8 }), cuts => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const parser = new EventStreamParser();
        const parts = places.slice(1).flatMap((to, at) => parser.push(bytes.subarray(places[at], to)));
        expect(read([...parts, ...parser.end()].map(partOfChunk))).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  it('has a row for every part that its reader knows', () => {
    const names = new Set(PARTS.map(({ theirs }) => theirs.replace(/ .*/, '')));
    for (const { part } of UI_CHUNKS) expect(names).toContain(part);
    const samples: Record<string, object> = {
      'text-delta': { id: '0', text: 'a' },
      'reasoning-delta': { id: '0', text: 'a' },
      'tool-input-delta': { id: 'c', delta: '{' },
      'tool-call': { toolCallId: 'c', toolName: 't', input: {} },
      file: { mediaType: 'image/png', url: 'data:,' },
    };
    for (const { theirs, ours } of PARTS) {
      if (
        theirs.includes('(') ||
        ['tool-result', 'tool-error', 'tool-output-denied', 'finish-step'].includes(theirs)
      )
        continue;
      const types = reader()
        .read({ type: theirs, ...samples[theirs] })
        .map(({ type }) => type);
      expect({ theirs, types }).toEqual({ theirs, types: ours });
    }
  });
});
