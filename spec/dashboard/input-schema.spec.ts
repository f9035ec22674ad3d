import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { hasFields, kindOf, problemsByField, valueOf } from '../../src/dashboard/input-schema.ts';

const schemaOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as object;

describe('the form of an input', () => {
  it('has a field for each member of an object, and none for anything else', () => {
    expect(hasFields(schemaOf(z.object({ text: z.string() })))).toBe(true);
    const many = Object.fromEntries(Array.from({ length: 13 }, (_, at) => [`m${at}`, z.string()]));
    for (const schema of [z.string(), z.object({}), z.object(many), z.array(z.string())])
      expect(hasFields(schemaOf(schema))).toBe(false);
    expect(hasFields(undefined)).toBe(false);
  });

  it.each([
    [z.string(), 'text'],
    [z.int(), 'number'],
    [z.number(), 'number'],
    [z.boolean(), 'switch'],
    [z.enum(['a', 'b']), 'choice'],
    [z.enum({ one: 1, two: 2 }), 'number'],
    [z.array(z.string()), 'json'],
    [z.union([z.string(), z.number()]), 'json'],
  ])('asks for each by what fits: %#', (schema, kind) => expect(kindOf(schemaOf(schema))).toBe(kind));

  it('reads what was typed, and says what it cannot read', () => {
    expect(valueOf('text', ' a')).toBe(' a');
    expect(valueOf('number', '2.5')).toBe(2.5);
    expect(valueOf('switch', 'false')).toBe(false);
    expect(valueOf('json', '[1]')).toEqual([1]);
    expect(valueOf('number', '')).toBeUndefined();
    expect(() => valueOf('number', 'two')).toThrow('Expected a number.');
    expect(() => valueOf('json', '[')).toThrow(/^This is not JSON\. /);
  });

  it('says what the server found beside what it is about', () => {
    const issues = [
      'input.a: too small',
      'input.b.0.c: odd',
      'input.other: what',
      'input: all wrong',
      'input.a: no',
    ];
    expect([...problemsByField(issues, ['a', 'b'])]).toEqual([
      ['a', 'too small; no'],
      ['b', '0.c: odd'],
      ['', 'input.other: what; input: all wrong'],
    ]);
  });
});
