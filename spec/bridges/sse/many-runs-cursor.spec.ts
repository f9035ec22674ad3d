import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { formatManyRunsCursor, parseManyRunsCursor } from '../../../src/bridges/sse/many-runs-cursor.ts';
import { thrownBy } from '../../support/code-of.ts';

const runId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/);
const cursor = fc.stringMatching(/^[a-z0-9]{1,24}\.[1-9][0-9]{0,9}\.(0|[A-Za-z0-9_-]{8})$/);

describe('a cursor of many runs', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(runId, cursor), { minLength: 1, maxLength: 64, selector: ([id]) => id }),
        pairs => {
          const positions = new Map(pairs);
          expect(parseManyRunsCursor(formatManyRunsCursor(positions))).toEqual(positions);
        },
      ),
    );
  });

  it('is read strictly', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        try {
          expect(parseManyRunsCursor(text).size).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_CURSOR' });
        }
      }),
    );
    for (const text of ['', ',', 'a', 'a=', '=e.1.0', 'a=e.1.0,', '../a=e.1.0', 'a=e.1.0\n']) {
      expect(thrownBy(() => parseManyRunsCursor(text))).toBe('BAD_CURSOR');
    }
  });
});
