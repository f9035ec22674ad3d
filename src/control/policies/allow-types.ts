import type { Policy } from '../policy.ts';
import { namePattern } from './name-pattern.ts';
import { ASKING_ORDER, type PolicyPlace } from './policy-place.ts';
import { checkRefusal, type Refusal, refusing } from './refusal.ts';
import { isFailure } from './subject-names.ts';

/** How {@link allowTypes} refuses. */
export interface AllowTypesOptions extends Omit<PolicyPlace, 'types'> {
  /** What becomes of what must not be. Default: `skip`, since a `fail` over a statement ends the run. */
  readonly then?: Refusal | undefined;
}

/**
 * Lets an agent do and say only things of these types: exact ones, or beginnings such as `tool.*` and `custom:*`. Asked
 * about all actions and statements; answers at once. What failed has happened and is not refused. Throws `BAD_OPTION`.
 * Memory: the names.
 */
export function allowTypes(types: readonly string[], options: AllowTypesOptions = {}): Policy {
  const { name = 'allowTypes', priority = ASKING_ORDER.list, then = 'skip' } = options;
  const isListed = namePattern('allowTypes', types);
  checkRefusal('allowTypes: then', then);
  return {
    ...{ name, priority },
    decide: ({ type }) =>
      isFailure(type) || isListed(type) ? { signal: 'PROCEED' } : refusing(then, `${type} is not allowed`),
  };
}
