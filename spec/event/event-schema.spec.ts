import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { defineEvents } from '../../src/event/define-events.ts';
import { eventJsonSchema } from '../../src/event/event-schema.ts';
import { EVENT_TYPES } from '../../src/event/event-types.ts';

interface Alternative {
  readonly required: readonly string[];
  readonly properties: Readonly<
    Record<string, { const?: string; pattern?: string; required?: string[]; additionalProperties?: unknown }>
  >;
}
const alternatives = (schema: object) => (schema as { oneOf: Alternative[] }).oneOf;

describe('eventJsonSchema', () => {
  it('has one alternative per type, and nothing that forbids further members', () => {
    const all = alternatives(eventJsonSchema());
    expect(all.map(({ properties }) => properties.type!.const ?? properties.type!.pattern)).toEqual([
      ...EVENT_TYPES,
      expect.stringContaining('custom'),
    ]);
    expect(JSON.stringify(all)).not.toContain('additionalProperties":false');
    const token = all.find(({ properties }) => properties.type!.const === 'token')!;
    expect(token.properties.data!.required).toEqual(['content']);
    expect('final' in token.properties).toBe(false);
    expect('final' in all.find(({ properties }) => properties.type!.const === 'complete')!.properties).toBe(
      true,
    );
  });

  it('has the custom types that are declared, and then no others', () => {
    const all = alternatives(
      eventJsonSchema(defineEvents({ 'custom:fraud': z.object({ score: z.number() }) })),
    );
    expect(all).toHaveLength(EVENT_TYPES.length + 1);
    expect(all.at(-1)!.properties.data!.required).toEqual(['score']);
  });

  it('is plain JSON', () => {
    const schema = eventJsonSchema();
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});
