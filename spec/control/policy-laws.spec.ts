import { describe, expect, it } from '@jest/globals';
import type { Policy } from '../../src/control/policy.ts';
import type { Verdict } from '../../src/control/verdict.ts';
import { policyLaws, type PolicySubject } from '../../src/testing/policy-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';

const PROCEED: Verdict = { signal: 'PROCEED' };
const asked = [
  { type: 'tool.called', data: { tool: 'search', callId: '1', args: { q: 'x' } } },
  { type: 'tool.failed', data: { callId: '1', error: 'x' } },
];

async function brokenBy(make: PolicySubject['make']): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, check } of policyLaws) {
    try {
      await check({ make, asked });
    } catch {
      broken.push(name);
    }
  }
  return broken;
}

const deciding = (decide: () => unknown, more: Partial<Policy> = {}): Policy =>
  ({ name: 'p', decide, timeout: Infinity, ...more }) as Policy;

let shared = 0;

/** What a policy does wrong, and the law that must notice. */
const PLANTED: readonly (readonly [fault: string, make: PolicySubject['make'], law: RegExp])[] = [
  [
    'answers nonsense',
    () => deciding(() => ({ signal: 'MAYBE' }), { onError: 'open' }),
    /breaks over nothing/,
  ],
  ['never answers', () => deciding(() => new Promise(() => undefined)), /breaks over nothing/],
  [
    'changes what it is asked about',
    () => ({ name: 'p', decide: ({ data }) => (Object.assign(data, { seen: true }), PROCEED) }),
    /changes nothing/,
  ],
  [
    'counts across all of its kind',
    () => deciding(() => (shared++ % 3 === 0 ? { signal: 'SKIP' } : PROCEED)),
    /shares nothing/,
  ],
  [
    'leaves a timer',
    clock => deciding(() => new Promise(resolve => clock.alarm(60_000, () => resolve(PROCEED), false))),
    /no timer/,
  ],
  [
    'is deaf',
    () =>
      deciding(() => PROCEED, {
        observe: ({ type }) => {
          if (type === 'error') throw new Error('deaf');
        },
      }),
    /hears the whole life/,
  ],
];

describe('a policy that counts', () => {
  describeLaws(policyLaws, {
    make: () => {
      let calls = 0;
      return { name: 'every-second', decide: () => (++calls % 2 === 0 ? { signal: 'SKIP' } : PROCEED) };
    },
    asked,
  });
});

describe('policyLaws', () => {
  it.each(PLANTED)('notice a policy that %s', async (_, make, law) => {
    expect(await brokenBy(make)).toContainEqual(expect.stringMatching(law));
  });

  it('are each noticed by a planted fault', async () => {
    const broken = new Set<string>();
    for (const [, make] of PLANTED) for (const name of await brokenBy(make)) broken.add(name);
    expect(policyLaws.map(({ name }) => name).filter(name => !broken.has(name))).toEqual([]);
  });
});
