import { describe, expect, it } from '@jest/globals';
import { readAgentLog } from '../../src/bridges/agent-logs/index.ts';
import { fittingEnding, fittingEvents } from '../../src/cli/import/fitting-events.ts';
import { isAdmissible } from '../../src/cli/admissible.ts';
import { jsonBytes } from '../../src/cli/import/smaller-json.ts';

describe('what an import makes fit', () => {
  it('leaves what fits as it is', () => {
    const event = { type: 'token', data: { content: 'Hi.' }, metadata: { log: { a: 1 } } };
    expect(fittingEvents(event)).toEqual([event]);
    expect(fittingEvents(event)[0]).toBe(event);
  });

  it('keeps what no schema takes as what it was meant to be', () => {
    const bad = { type: 'tool.completed', data: { callId: '', result: 1, durationMs: -1 }, node: 'a//b' };
    expect(fittingEvents(bad)).toEqual([
      { type: 'custom:import.tool.completed', data: bad.data, metadata: { cutFrom: jsonBytes(bad.data) } },
    ]);
    const [event] = fittingEvents({ type: 'custom:a b', data: {} });
    expect([event!.type, isAdmissible(event!)]).toEqual(['custom:import.custom_a_b', true]);
  });

  it('keeps the members that a schema asks for, however large the others are', () => {
    const many = Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => [`member ${at}`, 'x']));
    const [called] = fittingEvents({ type: 'tool.called', data: { callId: 'c', tool: 't', args: many } });
    expect(called).toMatchObject({ data: { callId: 'c', tool: 't', args: { cut: expect.any(String) } } });
    const [whole] = fittingEvents({ type: 'custom:pi.x', data: many });
    expect(whole).toMatchObject({ type: 'custom:pi.x', data: { cut: expect.any(String) } });
    expect(isAdmissible(called!) && isAdmissible(whole!)).toBe(true);
  });

  it('says what is kept beside a long token once', () => {
    const content = 'x'.repeat(70_000);
    const metadata = { log: { a: 'y'.repeat(100_000) } };
    const pieces = fittingEvents({ type: 'token', data: { content, finishReason: 'stop' }, metadata });
    expect(pieces.map(({ data }) => data['content']).join('')).toBe(content);
    expect(pieces.map(it => [it.metadata !== undefined, it.data['finishReason']])).toEqual([
      [true, undefined],
      [false, undefined],
      [false, 'stop'],
    ]);
  });

  it('cuts how a log ends', () => {
    const long = 'x'.repeat(400_000);
    expect(fittingEnding({ status: 'unsaid' })).toEqual({ status: 'unsaid' });
    const completed = fittingEnding({ status: 'completed', output: { result: long } });
    expect(completed).toMatchObject({ output: { result: expect.stringMatching(/^x{16384}…$/) } });
    for (const ending of [
      fittingEnding({ status: 'failed', code: long, message: long }),
      fittingEnding({ status: 'cancelled', reason: long }),
    ]) {
      expect(JSON.stringify(ending).length).toBeLessThan(40_000);
    }
  });

  it('is asked nothing by counts that are none', () => {
    for (const input of [1.5, -1, Infinity, '7', null]) {
      const [event] = readAgentLog('codex').read({ type: 'turn.completed', usage: { input_tokens: input } });
      expect(event!.data['usage']).toBe(undefined);
    }
  });
});
