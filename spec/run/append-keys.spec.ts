import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../src/event/proposal.ts';
import { AppendKeys } from '../../src/run/append-keys.ts';
import { settle } from '../support/settle.ts';

const stored = (seq: number): Outcome => ({ outcome: 'stored', seq, cursor: `e.${seq}.0` });

describe('the keys of a run', () => {
  it('tell what became of an event, at once when that is known', async () => {
    const keys = new AppendKeys(10);
    const told = Promise.resolve(stored(1));
    keys.add('a', told);
    expect(keys.get('a')).toBe(told);
    await settle();
    expect([keys.get('a'), keys.get('b')]).toEqual([stored(1), undefined]);
  });

  it('are forgotten, the oldest first, beyond the limit', async () => {
    const keys = new AppendKeys(3);
    for (let seq = 1; seq <= 5; seq++) keys.add(`k${seq}`, Promise.resolve(stored(seq)));
    await settle();
    const known = () => [1, 2, 3, 4, 5].filter(seq => keys.get(`k${seq}`) !== undefined);
    expect([keys.size, known()]).toEqual([3, [3, 4, 5]]);
    keys.keepNewest(1);
    expect([keys.size, known()]).toEqual([1, [5]]);
  });

  it('are forgotten if the event was not written, so that it can be sent again', async () => {
    const keys = new AppendKeys(10);
    keys.add('refused', Promise.reject(new Error('x')));
    keys.add('late', Promise.resolve({ outcome: 'ended' }));
    keys.add('left out', Promise.resolve({ outcome: 'skipped' }));
    await settle();
    expect([keys.get('refused'), keys.get('late'), keys.get('left out')]).toEqual([
      ...[undefined, undefined, { outcome: 'skipped' }],
    ]);
  });
});
