import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hashOf, readAddress, saysFilter, type Address } from '../../src/dashboard/address.ts';
import { NO_FILTER } from '../../src/dashboard/run-filter.ts';
import { RUN_STATUSES } from '../../src/event/schemas.ts';

const id = fc.stringMatching(/^[\w.-]{1,40}$/);
const text = fc.string({ minLength: 1, unit: 'grapheme' });
const label = fc.string({ minLength: 1 }).filter(name => !name.includes('=') && name !== '__proto__');

const address: fc.Arbitrary<Address> = fc
  .record({
    runId: fc.option(id, { nil: undefined }),
    at: fc.option(fc.nat(), { nil: undefined }),
    filter: fc.record({
      status: fc.uniqueArray(fc.constantFrom(...RUN_STATUSES)),
      agent: fc.option(text, { nil: undefined }),
      threadId: fc.option(text, { nil: undefined }),
      labels: fc.dictionary(label, text, { noNullPrototype: true }),
      text: fc.string(),
    }),
  })
  // An event is one of a run.
  .map(made => (made.runId === undefined ? { ...made, at: undefined } : made));

describe('the address of the page', () => {
  it('says all of what is shown, and is read as it was written', () => {
    fc.assert(
      fc.property(address, shown => {
        const hash = hashOf(shown);
        expect(readAddress(hash)).toEqual(shown);
        expect(hash === '' || hash.startsWith('#')).toBe(true);
      }),
    );
  });

  it('is one that people can read', () => {
    const filter = { ...NO_FILTER, status: ['running', 'waiting'] as const, labels: { host: 'laptop' } };
    expect(hashOf({ runId: 'a', filter })).toBe('#run=a&status=running,waiting&label=host=laptop');
    expect(hashOf({ filter: NO_FILTER })).toBe('');
  });

  it.each([
    ['#', {}],
    ['#run=../etc', {}],
    ['#run=%zz', {}],
    ['#run=a&at=-1', { runId: 'a' }],
    ['#run=a&status=gone,odd', { runId: 'a' }],
    ['#run=a&label=nothing&label==b', { runId: 'a' }],
  ])('%s leaves out what cannot be', (hash, { runId }: { runId?: string }) => {
    expect(readAddress(hash)).toEqual({ runId, at: undefined, filter: NO_FILTER });
  });

  it('tells whether it says anything of the list', () => {
    expect(['#run=a&at=4', '#', ''].map(saysFilter)).toEqual([false, false, false]);
    expect(['#q=x', '#run=a&status=failed', '#run=a&label=a=b'].every(saysFilter)).toBe(true);
  });
});
