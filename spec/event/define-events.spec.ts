import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import type { SluiceError } from '../../src/errors/sluice-error.ts';
import { defineEvents } from '../../src/event/define-events.ts';

const refusal = (schemas: object): SluiceError => {
  try {
    defineEvents(schemas as Record<never, z.ZodType>);
  } catch (error) {
    return error as SluiceError;
  }
  throw new Error('accepted');
};

describe('defineEvents', () => {
  it('holds names and schemas', () => {
    const fraud = z.object({ score: z.number() });
    const events = defineEvents({ 'custom:fraud': fraud, 'custom:order.paid': z.object({}) });
    expect(events.names).toEqual(['custom:fraud', 'custom:order.paid']);
    expect(events.schemaOf('custom:fraud')).toBe(fraud);
    expect(events.schemaOf('custom:other')).toBeUndefined();
    expect(events.schemaOf('constructor')).toBeUndefined();
  });

  it('refuses names outside the grammar, names of the vocabulary and what is no schema', () => {
    const schema = z.object({});
    for (const name of ['fraud', 'token', 'custom:', 'custom:*', 'custom:a b', 'custom:a\n', 'error']) {
      expect(refusal({ [name]: schema })).toMatchObject({
        code: 'BAD_OPTION',
        message: expect.stringContaining('custom:'),
      });
    }
    for (const wrong of [undefined, null, {}, { score: 'number' }, () => true]) {
      expect(refusal({ 'custom:x': wrong }).code).toBe('BAD_OPTION');
    }
  });
});
