import { describe, it } from '@jest/globals';
import type { Law } from '../../src/testing/law.ts';

/** Makes each law a test of its own. */
export function describeLaws<Subject>(laws: readonly Law<Subject>[], subject: Subject): void {
  describe('keeps the law and', () => {
    for (const law of laws) it(law.name, () => law.check(subject));
  });
}
