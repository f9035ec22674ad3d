import { describe, it } from '@jest/globals';
import * as fc from 'fast-check';
import { checkWorld } from './gate-model.ts';

/** `SLUICE_LONG=1` tries ten thousand worlds of each form. */
const WORLDS = process.env.SLUICE_LONG === undefined ? 250 : 10_000;

describe.each(['fused', 'composed'] as const)('random policies, %s,', form => {
  it(
    'have the winner of a plain array, and nobody else is asked',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 200, size: 'max' }),
          fc.boolean(),
          (policies, isCalm) => checkWorld({ form, policies, isCalm }),
        ),
        { numRuns: WORLDS },
      ),
    1_800_000,
  );
});
