import { afterAll, describe, it } from '@jest/globals';
import * as fc from 'fast-check';
import { backendLaws, checkProgram } from '../../../src/testing/backend-laws.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { redisCluster } from '../../support/redis-cluster.ts';
import { backendStep } from '../backend-step.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab(await redisCluster());
afterAll(() => lab.close());

describe('redisBackend on a cluster of three', () => {
  describeLaws(backendLaws({ durable: true, shared: true, chained: true }), lab);

  it('answers any program like an array', async () => {
    const backend = await lab.open();
    await fc.assert(
      fc.asyncProperty(fc.array(backendStep, { maxLength: 30 }), program =>
        checkProgram(backend, lab, program),
      ),
      { numRuns: 30 },
    );
    await backend.close();
  });
});
