import { describe, expect, it } from '@jest/globals';
import { createGate } from '../../../src/control/create-gate.ts';
import { memoryPolicyStore } from '../../../src/control/memory-policy-store.ts';
import { rateLimit, type RateLimitOptions } from '../../../src/control/policies/rate-limit.ts';
import type { PolicyStore } from '../../../src/control/policy-store.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { contextOf, decisionsOf, END, policyLab, tell, toolCalled, verdictOf } from './policy-lab.ts';

const asked = [toolCalled('a', '1'), toolCalled('a', '2'), toolCalled('b', '3')];

describe('rateLimit', () => {
  describe.each(['wait', 'skip', 'fail'] as const)('that lets %s', then => {
    describeLaws(policyLaws, { make: clock => rateLimit({ limit: 1, per: 1_000, then, clock }), asked });
  });

  it('lets calls wait for their turn, each once, in their order', async () => {
    const { engine, clock, act } = policyLab(clock => [rateLimit({ limit: 1, per: 1_000, clock })]);
    const begun: [number, number][] = [];
    const began = clock.now();
    const events = await act(ctx =>
      Promise.all(
        [0, 1, 2, 3].map(at => ctx.tool('t', {}, () => void begun.push([at, clock.now() - began]))),
      ),
    );
    await engine.close();
    expect(begun.map(([at]) => at)).toEqual([0, 1, 2, 3]);
    begun.forEach(([at, time]) => expect(time).toBeGreaterThanOrEqual(at * 1_000));
    expect(decisionsOf(events)).toEqual(Array(3).fill('rateLimit RETRY tool.called'));
    expect(clock.pending).toBe(0);
  });

  it('fails at once what would have to wait for too long', () => {
    const policy = rateLimit({ limit: 1, per: 1_000, maxWait: 1_500, clock: new ManualClock() });
    const said = ['1', '2', '3'].map(id => verdictOf(policy, toolCalled('t', id)));
    expect(said.map(({ signal }) => signal)).toEqual(['PROCEED', 'RETRY', 'FAIL']);
    expect(said[2]).toEqual({
      ...{ signal: 'FAIL', reason: 'tool t: 1 in 1000 ms are reached, again in 2000 ms' },
    });
  });

  it('forgets those who wait with their run', () => {
    const clock = new ManualClock();
    const policy = rateLimit({ limit: 1, per: 1_000, clock });
    const first = toolCalled('t', '1');
    const second = toolCalled('t', '2');
    expect(verdictOf(policy, first).signal).toBe('PROCEED');
    expect(verdictOf(policy, second)).toMatchObject({ signal: 'RETRY', delay: 1_000 });
    expect(verdictOf(policy, second)).toMatchObject({ signal: 'RETRY', delay: 1_000 });
    tell(policy, END);
    expect(verdictOf(policy, second)).toMatchObject({ signal: 'RETRY', delay: 2_000 });
  });

  it.each([
    ['tool', undefined, ['PROCEED', 'SKIP', 'PROCEED', 'PROCEED']],
    [
      'tenant',
      (_: unknown, { tenantId }: { tenantId: string }) => tenantId,
      ['PROCEED', 'SKIP', 'SKIP', 'PROCEED'],
    ],
  ])('counts for each %s', (_, key, signals) => {
    const policy = rateLimit({ limit: 1, per: 1_000, then: 'skip', key, clock: new ManualClock() });
    const said = [
      verdictOf(policy, toolCalled('a')),
      verdictOf(policy, toolCalled('a')),
      verdictOf(policy, toolCalled('b')),
      verdictOf(policy, toolCalled('c'), { tenantId: 'other' }),
    ];
    expect(said.map(({ signal }) => signal)).toEqual(signals);
  });

  it('judges statements at once', async () => {
    const { engine, act } = policyLab(clock => [
      rateLimit({ limit: 2, per: 60_000, types: 'progress', then: 'skip', clock }),
    ]);
    const events = await act(ctx => {
      for (let at = 0; at < 5; at++) ctx.progress('x', at / 5);
    });
    await engine.close();
    expect(events.filter(({ type }) => type === 'progress')).toHaveLength(2);
  });

  it('shares a store, also one that answers later', async () => {
    const clock = new ManualClock();
    const local = memoryPolicyStore({ clock });
    const remote: PolicyStore = {
      ...local,
      take: (...args) => Promise.resolve(local.take(...args)),
    };
    const gates = [1, 2].map(() =>
      createGate([rateLimit({ limit: 1, per: 1_000, then: 'fail', store: remote, clock })], { clock }),
    );
    const said = await Promise.all(gates.map(async gate => gate.check(toolCalled(), contextOf())));
    expect(said.map(({ signal }) => signal)).toEqual(['PROCEED', 'FAIL']);
  });

  it('breaks, closed, over a key that is none and a store that fails', async () => {
    const broken = { take: () => Promise.reject(new Error('store is down')) } as unknown as PolicyStore;
    for (const more of [{ key: () => 7 as never }, { store: broken }]) {
      const { engine, act } = policyLab(clock => [rateLimit({ limit: 1, per: 1, clock, ...more })]);
      let outcome: unknown;
      await act(async ctx => {
        outcome = await outcomeOf(ctx.tool('t', {}, () => 1));
      });
      await engine.close();
      expect(outcome).toBe('threw POLICY_ERROR');
    }
  });

  it.each([
    [{ limit: 0, per: 1 }, /rateLimit: limit: expected a whole number from 1 to 1000000000, got 0\.$/],
    [
      { limit: 1, per: 1, store: Promise.resolve() },
      /store: expected a store, got a promise of one\. Await it/,
    ],
    [
      { limit: 1, per: 1, store: { spend: () => 0 } },
      /store: expected a store with take, got one without take/,
    ],
    [{ limit: 1, per: 1, store: 7 }, /store: expected a store with take, got 7 without take/],
    [{ limit: 1 }, /rateLimit: per: expected a number from 1 to \d+ \(ms\), got undefined/],
    [{ limit: 1, per: 1, burst: 0.5 }, /burst/],
    [{ limit: 1, per: 1, maxWait: -1 }, /maxWait/],
    [{ limit: 1, per: 1, then: 'drop' }, /then: expected fail, skip, wait or \{ fallback \}, got "drop"/],
    [{ limit: 1, per: 1, key: 'x' }, /key: expected a function/],
  ])('refuses %j', (options, message) => {
    expect(() => rateLimit(options as RateLimitOptions)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
