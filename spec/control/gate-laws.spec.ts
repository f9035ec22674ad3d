import { describe, expect, it } from '@jest/globals';
import { Gate } from '../../src/control/gate.ts';
import { gateLaws, type GateSubject } from '../../src/testing/gate-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { PLANTED_GATES } from './planted-gates.ts';

async function brokenBy(make: GateSubject['make']): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, check } of gateLaws) {
    try {
      await check({ make });
    } catch {
      broken.push(name);
    }
  }
  return broken;
}

describe.each(['fused', 'composed'] as const)('the gate, %s,', form => {
  describeLaws(gateLaws, { make: (policies, options) => new Gate(policies, { ...options, form }) });
});

describe('gateLaws', () => {
  it.each(PLANTED_GATES)('notice a gate that %s', async (_, make, law) => {
    expect(await brokenBy(make)).toContainEqual(expect.stringMatching(law));
  });

  it('are each noticed by a planted fault', async () => {
    const broken = new Set<string>();
    for (const [, make] of PLANTED_GATES) for (const name of await brokenBy(make)) broken.add(name);
    expect(gateLaws.map(({ name }) => name).filter(name => !broken.has(name))).toEqual([]);
  });
});
