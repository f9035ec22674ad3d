import { describe, expect, it } from '@jest/globals';
import {
  ALWAYS_TYPES,
  EVENT_TYPES,
  isAlwaysPassed,
  isCustomType,
  isEventType,
  isReserved,
  isStatement,
} from '../../src/event/event-types.ts';
import { EVENT_SCHEMAS } from '../../src/event/schemas.ts';
import { TOPICS } from '../../src/event/topics.ts';

describe('the groups of types', () => {
  it('hold the types of the schemas, each once and in the same order', () => {
    expect(EVENT_TYPES).toEqual(Object.keys(EVENT_SCHEMAS));
  });

  it('let topics stand for each dotted group', () => {
    expect([...TOPICS].sort()).toEqual([
      'control.*',
      'custom:*',
      'llm.*',
      'node.*',
      'pipeline.*',
      'tool.*',
      'wave.*',
    ]);
  });

  it('keep facts from policies, and the engine its own types', () => {
    expect(EVENT_TYPES.filter(isStatement)).toEqual([
      'token',
      'step',
      'progress',
      'checkpoint',
      'artifact',
      'action',
      'observation',
    ]);
    expect(isStatement('custom:x')).toBe(true);
    expect(isStatement('future')).toBe(false);
    expect(EVENT_TYPES.filter(isReserved)).toEqual([
      'started',
      'complete',
      'error',
      'cancelled',
      'status',
      'ask',
      'answer',
      'control.decided',
    ]);
    expect(EVENT_TYPES.filter(isAlwaysPassed)).toEqual([...ALWAYS_TYPES]);
  });

  it('know a custom name from a type and from anything else', () => {
    for (const type of ['custom:a', 'custom:_', 'custom:A9.b-c_d', `custom:${'a'.repeat(64)}`]) {
      expect([type, isCustomType(type), isEventType(type)]).toEqual([type, true, false]);
    }
    const wrong = ['custom', 'custom:', 'custom:9a', 'custom:.a', 'custom:a b', 'custom:a\n', 'custom:ä', 'custom:*', 'Custom:a',
      `custom:${'a'.repeat(65)}`, ' custom:a']; // prettier-ignore
    expect(wrong.filter(isCustomType)).toEqual([]);
  });
});
