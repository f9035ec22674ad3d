import { describe, expect, it } from '@jest/globals';
import * as operators from '../../src/operators/index.ts';
import { thrownBy } from '../support/code-of.ts';

/** As callers without types call them. */
const CALLS = operators as unknown as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

describe.each(['coalesceTokens', 'expireAfter', 'heartbeat', 'redactSecrets', 'resumeAfter'])('%s', name => {
  it.each([[undefined], [null], ['x'], [{}]])('says what it wants instead of %j', options => {
    expect(thrownBy(() => CALLS[name]!(options))).toBe('BAD_OPTION');
  });
});

describe('backpressure', () => {
  it.each([[undefined], [null], ['x'], [{}]])('says what it wants instead of %j', options => {
    expect(thrownBy(() => CALLS['backpressure']!(() => [], options))).toBe('BAD_OPTION');
  });
});
