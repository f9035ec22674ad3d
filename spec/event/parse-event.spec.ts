import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import * as z from 'zod';
import { isSluiceError, type SluiceError } from '../../src/errors/sluice-error.ts';
import { defineEvents } from '../../src/event/define-events.ts';
import { RESERVED_TYPES } from '../../src/event/event-types.ts';
import { parseEventInput, type ParseEventOptions } from '../../src/event/parse-event.ts';
import { anyData } from './json-arbitrary.ts';

const events = defineEvents({
  'custom:fraud': z.object({ score: z.number(), level: z.string().default('low') }),
});
const refusal = (input: unknown, definitions?: typeof events, options?: ParseEventOptions): SluiceError => {
  try {
    parseEventInput(input, definitions, options);
  } catch (error) {
    return error as SluiceError;
  }
  throw new Error(`accepted ${JSON.stringify(input)}`);
};
const token = (more: object) => ({ type: 'token', data: { content: 'a' }, ...more });
const ends = { durationMs: 12 };

describe('parseEventInput', () => {
  it('takes an event with all its members, and copies', () => {
    const input = token({
      source: 'agent',
      node: 'plan/search/2',
      cause: 3,
      metadata: { trace: { id: 1 } },
      key: 'k1',
    });
    const { size, ...event } = parseEventInput(input);
    expect(event).toEqual(input);
    expect(event.data).not.toBe(input.data);
    expect(size).toBeGreaterThanOrEqual(JSON.stringify([input.data, { trace: { id: 1 } }]).length);
  });

  it('validates and does not strip, transform or fill in', () => {
    expect(parseEventInput(token({ data: { content: 'a', extra: { b: 1 } } })).data).toEqual({
      content: 'a',
      extra: { b: 1 },
    });
    expect(parseEventInput({ type: 'custom:fraud', data: { score: 1, x: 2 } }, events).data).toEqual({
      score: 1,
      x: 2,
    });
  });

  it('says where data is wrong and what was expected there', () => {
    const { code, message, details } = refusal({ type: 'progress', data: { fraction: 2, message: 5 } });
    expect(code).toBe('BAD_EVENT');
    expect(message).toContain('data.fraction');
    expect(message).toContain('data.message');
    expect(details!.problems).toHaveLength(2);
    expect(refusal({ type: 'checkpoint', data: { name: 'x' } }).message).toContain('data.data');
    expect(refusal({ type: 'custom:fraud', data: { score: '1' } }, events).message).toContain('data.score');
  });

  it('keeps the types of the engine for the engine', () => {
    for (const type of RESERVED_TYPES) expect(refusal({ type, data: {} }).code).toBe('RESERVED_TYPE');
    for (const type of ['started', 'status', 'ask'])
      expect(refusal({ type, data: {} }, undefined, { ends }).code).toBe('RESERVED_TYPE');
  });

  it('lets the owner of an external run end it', () => {
    const parse = (input: object) => parseEventInput(input, undefined, { ends });
    expect(parse({ type: 'complete', data: { output: 1 } })).toMatchObject({
      final: true,
      data: { output: 1, durationMs: 12 },
    });
    expect(parse({ type: 'complete', data: { durationMs: 5 }, final: true })).toMatchObject({
      data: { durationMs: 5 },
    });
    expect(parse({ type: 'cancelled' })).toMatchObject({ final: true, data: {} });
    const failed = { type: 'error', data: { code: 'X', message: 'm' } };
    expect(parse(failed)).toMatchObject({ final: true, data: { recoverable: false } });
    expect('final' in parse({ type: 'error', data: { ...failed.data, recoverable: true } })).toBe(false);
    expect('final' in parse(token({}))).toBe(false);
    expect(refusal(token({ final: true }), undefined, { ends }).code).toBe('BAD_EVENT');
    expect(refusal({ type: 'complete', data: new Date() }, undefined, { ends }).code).toBe('BAD_EVENT');
  });

  it('refuses unknown types and lists the known ones; custom types unless they are declared', () => {
    for (const type of [
      'tokens',
      '',
      'node.*',
      'custom:',
      'custom:a b',
      'toString',
      '__proto__',
      'x'.repeat(2 ** 20),
    ]) {
      const { code, message } = refusal({ type, data: {} });
      expect([code, message]).toEqual(['BAD_EVENT', expect.stringContaining('token, step')]);
      expect(message.length).toBeLessThan(1000);
    }
    expect(parseEventInput({ type: 'custom:any', data: { a: 1 } }).data).toEqual({ a: 1 });
    expect(refusal({ type: 'custom:any', data: {} }, events).message).toContain('custom:fraud');
  });

  it('refuses members that are not as they must be', () => {
    const wrong = [
      { source: 'robot' }, { source: null }, { cause: 0 }, { cause: -1 }, { cause: 1.5 }, { cause: '1' }, { key: '' },
      { key: 'k'.repeat(257) }, { key: 5 }, { metadata: [] }, { metadata: null }, { metadata: 'x' }, { final: true },
      { seq: 1 }, { runId: 'other' }, { id: 'a.1.0' }, { tenantId: 't' }, { time: 'now' }, { content: 'x' }, { data: [] },
      { data: null }, { data: undefined }, { type: 5 }, { type: undefined },
      ...['', '/', 'a/', '/a', 'a//b', 'a\nb', 'a\0', 'a\u0085', 'a'.repeat(129), 'a/'.repeat(256) + 'a', 5, null, '\ud800']
        .map(node => ({ node })),
    ]; // prettier-ignore
    for (const more of wrong) expect([more, refusal(token(more)).code]).toEqual([more, 'BAD_EVENT']);
    const input = JSON.parse('{"type":"token","data":{"content":"a"},"__proto__":{"final":true}}') as unknown;
    expect(refusal(input).code).toBe('BAD_EVENT');
    for (const given of [undefined, null, 5, 'token', [], [token({})]])
      expect(refusal(given).code).toBe('BAD_EVENT');
  });

  it('answers anything with an event or a code, never with another error', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        anyData,
        fc.constantFrom('token', 'custom:x', 'artifact', 'error'),
        (input, data, type) => {
          for (const given of [
            input,
            { type, data },
            { type, data: input },
            token({ metadata: input }),
            token({ node: input }),
          ]) {
            try {
              parseEventInput(given, undefined, { ends });
            } catch (error) {
              if (!isSluiceError(error)) throw error;
            }
          }
        },
      ),
    );
  });
});
