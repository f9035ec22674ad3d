import { afterAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { backendLaws, checkProgram } from '../../../src/testing/backend-laws.ts';
import { LawRun, seen } from '../../../src/testing/backend-laws/law-run.ts';
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

  it('takes appends of one turn to logs of several nodes', async () => {
    const backend = await lab.open();
    const runs = await Promise.all(Array.from({ length: 20 }, () => LawRun.create(backend, lab)));
    for (const run of runs) await run.write('first');
    for (let turn = 0; turn < 3; turn++)
      await Promise.all(runs.map(run => run.write(`turn ${turn}`, 'and more')));
    for (const run of runs) expect(seen((await run.page()).entries)).toEqual(seen(run.written));
    await backend.close();
  });
});
