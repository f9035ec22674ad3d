import * as fc from 'fast-check';
import type { BackendStep } from '../../src/testing/backend-laws.ts';

const small = fc.nat({ max: 30 });

/** One step of a random program. */
export const backendStep: fc.Arbitrary<BackendStep> = fc.oneof(
  {
    arbitrary: fc.record({
      step: fc.constant('append' as const),
      lengths: fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 6 }),
    }),
    weight: 6,
  },
  {
    arbitrary: fc.record({
      step: fc.constant('append' as const),
      lengths: fc.constant([1]),
      end: fc.constant(true),
    }),
    weight: 1,
  },
  { arbitrary: fc.record({ step: fc.constant('repeat' as const), back: fc.nat({ max: 5 }) }), weight: 2 },
  { arbitrary: fc.record({ step: fc.constant('trim' as const), seq: small }), weight: 2 },
  {
    arbitrary: fc.record(
      {
        step: fc.constant('read' as const),
        after: small,
        limit: fc.nat({ max: 10 }),
        bytes: fc.nat({ max: 2_000 }),
        reverse: fc.boolean(),
      },
      { requiredKeys: ['step', 'after', 'limit'] },
    ),
    weight: 8,
  },
);
