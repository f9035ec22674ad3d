import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { schemaIssues } from '../../src/event/schema-issues.ts';

function issuesOf(schema: z.ZodType, value: unknown, mask?: (text: string) => string): string[] {
  const { error } = schema.safeParse(value);
  return error ? schemaIssues(error, { nameOf: path => path || 'value', mask }) : [];
}

describe('what a schema found wrong', () => {
  it('names each place, and the value itself', () => {
    expect(issuesOf(z.object({ a: z.object({ b: z.string() }) }), { a: { b: 1 } })).toEqual([
      'a.b: Invalid input: expected string, received number',
    ]);
    expect(issuesOf(z.number(), 'one')).toEqual(['value: Invalid input: expected number, received string']);
  });

  it('says of each alternative of a union what it expected', () => {
    const nested = z.union([z.string(), z.object({ text: z.union([z.string(), z.number()]) })]);
    expect(issuesOf(z.object({ said: nested }), { said: { text: null } })).toEqual([
      'said: Invalid input: expected string, received object, or ' +
        'text: Invalid input: expected string, received null, or Invalid input: expected number, received null',
    ]);
    const kinds = z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') })]);
    expect(issuesOf(kinds, { kind: 'b' })).toEqual([expect.stringMatching(/^kind: ./)]);
  });

  it('answers a thousand mistakes with ten, and none at length', () => {
    const issues = issuesOf(z.array(z.string()), Array<number>(1_000).fill(1));
    expect([issues.length, issues.at(-1)]).toEqual([11, 'and 990 more']);
    const [long] = issuesOf(z.record(z.string(), z.string()), { ['k'.repeat(5_000)]: 1 });
    expect(long).toHaveLength(1_000);
  });

  it('is masked before it is cut', () => {
    const secret = 's'.repeat(50);
    const [said] = issuesOf(z.strictObject({}), { [`${'k'.repeat(970)}${secret}`]: 1 }, text =>
      text.replaceAll(secret, '[MASKED]'),
    );
    expect(said).not.toContain('sss');
  });
});
