import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type * as z from 'zod';
import { EVENT_SCHEMAS } from '../../src/event/schemas.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/reference/events.md'), 'utf8');

/** The rows of its tables: a type and the fields of its data, as the page writes them. */
function documented(page: string): Record<string, string[]> {
  const rows = [...page.matchAll(/^\| `([a-z.]+)` +\| ([^|]*) \|/gm)];
  return Object.fromEntries(
    rows.map(([, type, data]) => [type!, [...data!.matchAll(/`(\w+\??)`/g)].map(([, field]) => field!)]),
  );
}

function declared(schema: z.ZodObject): string[] {
  return Object.entries(schema.shape).map(([name, field]) =>
    (field as z.ZodType).def.type === 'optional' ? `${name}?` : name,
  );
}

describe('the reference of events', () => {
  it('has every type, and every field of each in its order', () => {
    const expected = Object.entries(EVENT_SCHEMAS).map(([type, schema]) => [type, declared(schema)]);
    expect(documented(PAGE)).toEqual(Object.fromEntries(expected));
  });

  it('is read field by field', () => {
    expect(documented('| `a.b` | `x`, `y?` | words |\n| type | data | says |')).toEqual({
      'a.b': ['x', 'y?'],
    });
  });
});
