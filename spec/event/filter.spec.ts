import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { SluiceError } from '../../src/errors/sluice-error.ts';
import { ALWAYS_TYPES, EVENT_TYPES } from '../../src/event/event-types.ts';
import { parseFilter, type FilterSpec } from '../../src/event/filter.ts';
import { PRESETS } from '../../src/event/presets.ts';
import { TOPICS } from '../../src/event/topics.ts';

const passing = (spec: FilterSpec | undefined): string[] => {
  const filter = parseFilter(spec);
  return [...EVENT_TYPES, 'custom:fraud', 'node.paused', 'future'].filter(type => filter.passes(type));
};
const always = [...ALWAYS_TYPES] as string[];
const refusal = (spec: unknown, custom?: readonly string[]): SluiceError => {
  try {
    parseFilter(spec as FilterSpec, { custom });
  } catch (error) {
    return error as SluiceError;
  }
  throw new Error(`accepted ${String(spec)}`);
};
const names = [...Object.keys(PRESETS), ...EVENT_TYPES, ...TOPICS, 'custom:fraud'];

describe('parseFilter', () => {
  it('passes everything without a spec, with all and with debug', () => {
    for (const spec of [undefined, 'all', 'debug', ['token', 'all']]) {
      expect(parseFilter(spec).passesAll).toBe(true);
      expect(passing(spec)).toHaveLength(EVENT_TYPES.length + 3);
    }
  });

  it('passes lifecycle, people and control through every filter', () => {
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1 }), spec => {
        const filter = parseFilter(spec);
        expect(always.filter(type => !filter.passes(type))).toEqual([]);
      }),
    );
    expect(passing('minimal').sort()).toEqual([...always].sort());
  });

  it('selects types, topics, custom types and presets', () => {
    const also = (spec: FilterSpec) => passing(spec).filter(type => !always.includes(type));
    expect(also('token')).toEqual(['token']);
    expect(also('chat')).toEqual(['token', 'step']);
    expect(also('node.*')).toEqual([
      'node.started',
      'node.completed',
      'node.failed',
      'node.skipped',
      'node.paused',
    ]);
    expect(also('custom:*')).toEqual(['custom:fraud']);
    expect(also('custom:fraud')).toEqual(['custom:fraud']);
    expect(also('custom:fra')).toEqual([]);
    expect(also('status')).toEqual(['status']);
  });

  it('is the union of its names, in whatever form they come', () => {
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1 }), fc.boolean(), (spec, spaced) => {
        const union = new Set(spec.flatMap(name => passing(name)));
        expect(new Set(passing(spec))).toEqual(union);
        expect(passing(spec.join(spaced ? ', ' : ','))).toEqual(passing(spec));
      }),
    );
  });

  it('answers the same the second time, also when more types come than it remembers', () => {
    const filter = parseFilter('custom:t1,node.*');
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 2000; i++) expect(filter.passes(`custom:t${i}`)).toBe(i === 1);
    }
    expect(filter.passes('node.new')).toBe(true);
  });

  it('says which option it was', () => {
    expect(() => parseFilter('bogus')).toThrow(/^filter: expected a preset/);
    expect(() => parseFilter('bogus', { option: 'record' })).toThrow(/^record: expected a preset/);
  });

  it('refuses unknown, malformed and empty names and lists the known ones', () => {
    const bad = ['', ' ', ',', 'token,', 'tokens', 'Token', '*', '*.*', 'node', 'node.', 'node.*.*', 'x.*', 'custom:', 'custom:9',
      'custom:a b', 'custom:a\nb', `custom:${'a'.repeat(65)}`, 'toString', '__proto__', 'constructor', [], [''], ['token', 5], 7, null, {},
      'a'.repeat(2 ** 20), 'token,'.repeat(300)]; // prettier-ignore
    for (const spec of bad) {
      const { code, message, details } = refusal(spec);
      expect(code).toBe('BAD_FILTER');
      expect(message).toContain('minimal');
      expect(message).toContain('tool.called');
      expect(message.length).toBeLessThan(1500);
      expect(details!.known).toEqual(expect.arrayContaining(['chat', 'token', 'custom:*']));
    }
  });

  it('knows declared custom types only, if there are any', () => {
    const custom = ['custom:fraud'];
    expect(parseFilter('custom:fraud', { custom }).passes('custom:fraud')).toBe(true);
    expect(parseFilter('custom:*', { custom }).passes('custom:fraud')).toBe(true);
    expect(refusal('custom:fruad', custom).message).toContain('declared are custom:fraud');
    expect(refusal('custom:any', []).code).toBe('BAD_FILTER');
  });
});
