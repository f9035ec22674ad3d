import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeLine, encodeLine, wireLine } from '../../src/event/codec.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { anyData, anyText } from './json-arbitrary.ts';

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const anyEvent = fc
  .record({
    id: fc.constant('ep.1.0'),
    runId: anyText,
    tenantId: anyText,
    seq: fc.nat(),
    type: fc.oneof(fc.constantFrom('token', 'custom:x', 'node.paused'), anyText),
    time: fc.oneof(fc.constant('2025-01-01T00:00:00.000Z'), anyText),
    data: anyData,
    source: optional(fc.oneof(fc.constantFrom('agent', 'user'), anyText)),
    node: optional(anyText),
    cause: optional(fc.nat()),
    final: optional(fc.constant(true)),
    metadata: optional(anyData),
    strangers: optional(
      fc.dictionary(
        anyText.map(key => `x${key}`),
        anyText,
      ),
    ),
  })
  .map(({ strangers, ...event }) => ({ ...withoutUndefined(event), ...strangers }) as unknown as RunEvent);

function withoutUndefined(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

const token: RunEvent = {
  id: 'ep.7.0',
  runId: 'r1',
  tenantId: 't1',
  seq: 7,
  type: 'token',
  time: '2025-01-01T00:00:00.000Z',
  data: { content: 'Hel' },
};

describe('codec', () => {
  it('writes members in the order of the envelope, without id', () => {
    const event: RunEvent = {
      metadata: { m: 1 },
      final: true,
      cause: 3,
      node: 'a/b',
      source: 'agent',
      ...token,
    };
    expect(encodeLine(event)).toBe(
      '{"runId":"r1","tenantId":"t1","seq":7,"type":"token","time":"2025-01-01T00:00:00.000Z",' +
        '"data":{"content":"Hel"},"source":"agent","node":"a/b","cause":3,"final":true,"metadata":{"m":1}}',
    );
    expect(encodeLine(token)).toBe(JSON.stringify({ ...token, id: undefined }));
  });

  it('reads back what it wrote: unknown types, unknown members, any text', () => {
    fc.assert(
      fc.property(anyEvent, event => {
        const line = encodeLine(event);
        expect(line).not.toMatch(/[\n\r\0]/);
        expect(decodeLine(line, event.id)).toEqual(event);
        expect(encodeLine(decodeLine(line, event.id))).toBe(line);
        expect(JSON.parse(wireLine(line, event.id))).toEqual(event);
      }),
    );
  });

  it('leaves out members that are undefined', () => {
    const loose = { ...token, node: undefined, source: undefined } as unknown as RunEvent;
    expect(encodeLine(loose)).toBe(encodeLine(token));
  });

  it('keeps a foreign __proto__ harmless, in data and in the envelope', () => {
    const line =
      '{"runId":"r","tenantId":"t","seq":1,"type":"x","time":"t","data":{"__proto__":{"admin":true}},"__proto__":{"final":true}}';
    const event = decodeLine(line, 'ep.1.0');
    expect(event.final).toBeUndefined();
    expect((event.data as { admin?: boolean }).admin).toBeUndefined();
    expect(encodeLine(event)).toBe(line);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('trusts the cursor it is given more than an id in the line', () => {
    expect(decodeLine('{"seq":1,"id":"evil.1.0"}', 'ep.1.0').id).toBe('ep.1.0');
  });
});
