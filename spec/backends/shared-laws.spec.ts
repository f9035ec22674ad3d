import { describe, expect, it } from '@jest/globals';
import { backendLaws, type BackendLab } from '../../src/testing/backend-laws.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { SharedStore, type SharedFaults } from './shared-store.ts';

const laws = backendLaws({ durable: true, shared: true, chained: false });

function labOf(faults: SharedFaults = {}): BackendLab {
  const clock = new ManualClock();
  const store = new SharedStore(clock, faults);
  return { open: () => store.open(), clock, patience: 20 };
}

describe('a store of several processes', () => {
  describeLaws(laws, labOf());

  it.each<[keyof SharedFaults, RegExp]>([
    ['noFence', /fences an owner/],
    ['fenceBeforeDuplicate', /fences an owner/],
    ['claimAnything', /fences an owner/],
    ['forceNothing', /whoever forces/],
    ['freesNothing', /its owner gives up/],
    ['hidesCancel', /whoever forces/],
    ['ignoreCancel', /cancel that waits/],
    ['takesTwice', /hands a command/],
    ['takesAny', /hands a command/],
    ['saysNothing', /hands a command/],
    ['neverOver', /hands a command/],
    ['neverFull', /bounds what waits/],
    ['fullForAll', /bounds what waits/],
    ['ownStoreEach', /what another one wrote/],
    ['ownStoreEach', /tells the other process/],
    ['losesAll', /closed and opened/],
  ])('with the fault %s breaks the law that %s', async (fault, name) => {
    const law = laws.find(candidate => name.test(candidate.name))!;
    await expect(law.check(labOf({ [fault]: true }))).rejects.toThrow(/expected/);
  });
});
