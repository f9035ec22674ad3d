import { afterAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { backendLaws, checkProgram } from '../../../src/testing/backend-laws.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { backendStep } from '../backend-step.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

describe('redisBackend', () => {
  describeLaws(backendLaws({ durable: true, shared: true, chained: true }), lab);

  it('answers any program like an array', async () => {
    const backend = await lab.open();
    expect(backend.flags).toEqual({ durable: true, shared: true, chained: true });
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(backendStep, { maxLength: 60 }), program =>
          checkProgram(backend, lab, program),
        ),
      );
    } finally {
      await backend.close();
    }
  });
});
