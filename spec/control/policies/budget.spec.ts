import { describe, expect, it } from '@jest/globals';
import { memoryPolicyStore } from '../../../src/control/memory-policy-store.ts';
import { budget, type BudgetOptions } from '../../../src/control/policies/budget.ts';
import type { Policy } from '../../../src/control/policy.ts';
import type { PolicyStore } from '../../../src/control/policy-store.ts';
import type { RunContext } from '../../../src/run/context.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { policyLab, toolCalled, toolFailed } from './policy-lab.ts';

const say = (ctx: RunContext, usage: { inputTokens?: number; outputTokens?: number; cost?: number }) =>
  outcomeOf(ctx.llm({ messages: [] }, () => 'said', { usage: () => usage }));

describe('budget', () => {
  describeLaws(policyLaws, {
    make: clock => budget({ tokens: 100, toolCalls: 1, time: 1_000, clock }),
    asked: [toolCalled('a', '1'), toolCalled('a', '2'), toolFailed('a', '1')],
  });

  it('lets nothing begin once the tokens are spent, and what was under way go over', async () => {
    const { engine, act } = policyLab(() => [budget({ tokens: 100 })]);
    const outcomes: unknown[] = [];
    await act(async ctx => {
      outcomes.push(await say(ctx, { inputTokens: 50, outputTokens: 49 }));
      outcomes.push(await say(ctx, { outputTokens: 400 }));
      outcomes.push(await say(ctx, {}));
      outcomes.push(await outcomeOf(ctx.tool('t', {}, () => 'done')));
    });
    expect(outcomes).toEqual(['said', 'said', 'threw VETOED', 'threw VETOED']);
    await act(async ctx => outcomes.push(await say(ctx, {})));
    expect(outcomes.at(-1)).toBe('said');
    await engine.close();
  });

  it('says what is spent, of how much', async () => {
    const { engine, act } = policyLab(() => [budget({ cost: 0.5, then: 'skip' })]);
    const events = await act(async ctx => {
      await say(ctx, { cost: 0.75 });
      await ctx.tool('t', {}, () => 1);
    });
    await engine.close();
    expect(events.find(({ type }) => type === 'control.decided')?.data).toMatchObject({
      ...{ policy: 'budget', signal: 'SKIP', reason: 'the budget of the run is spent: 0.75 of 0.5 cost' },
    });
  });

  it('counts tool calls exactly, also many at once, and lets models answer', async () => {
    const { engine, act } = policyLab(() => [budget({ toolCalls: 3 })]);
    let calls = 0;
    let answer: unknown;
    await act(async ctx => {
      const call = async (): Promise<unknown> => outcomeOf(ctx.tool('t', {}, async () => ++calls));
      await Promise.all(Array.from({ length: 10 }, call));
      answer = await say(ctx, {});
    });
    await engine.close();
    expect([calls, answer]).toEqual([3, 'said']);
  });

  it('does not count calls that a later policy refuses', async () => {
    let refuses = true;
    const later: Policy = {
      ...{ name: 'later', priority: 1_000, types: 'tool.called' },
      decide: async () => (refuses ? { signal: 'SKIP' } : { signal: 'PROCEED' }),
    };
    const { engine, act } = policyLab(() => [budget({ toolCalls: 2 }), later]);
    let calls = 0;
    await act(async ctx => {
      for (let at = 0; at < 5; at++) await ctx.tool('t', {}, () => ++calls);
      refuses = false;
      for (let at = 0; at < 5; at++) await outcomeOf(ctx.tool('t', {}, () => ++calls));
    });
    await engine.close();
    expect(calls).toBe(2);
  });

  it('counts time from the start of the run', async () => {
    const { engine, clock, act } = policyLab(clock => [budget({ time: 1_000, clock })]);
    const outcomes: unknown[] = [];
    await act(async ctx => {
      for (let at = 0; at < 3; at++) {
        outcomes.push(await outcomeOf(ctx.tool('t', {}, () => 'done')));
        clock.advance(600);
      }
    });
    await engine.close();
    expect(outcomes).toEqual(['done', 'done', 'threw VETOED']);
  });

  it.each([
    ['tenant', { tenantId: 'other' }, { threadId: 'x' }],
    ['thread', { threadId: 'other' }, { tenantId: 'default', threadId: 'thread' }],
  ] as const)('is shared by the runs of a %s, for a while', async (per, elsewhere, here) => {
    const { engine, clock, act } = policyLab(clock => [budget({ tokens: 10, per, within: 60_000, clock })]);
    const outcomes: unknown[] = [];
    const run = (how: object) =>
      act(async ctx => outcomes.push(await say(ctx, { inputTokens: 10 })), {
        ...{ tenantId: 'default', threadId: 'thread' },
        ...how,
      });
    await run({});
    await run(here);
    await run(elsewhere);
    clock.advance(60_000);
    await run({});
    await engine.close();
    expect(outcomes).toEqual(['said', 'threw VETOED', 'said', 'said']);
  });

  it('forgets the account of a run with it', async () => {
    const forgotten: string[] = [];
    const { engine, act } = policyLab(clock => {
      const store = memoryPolicyStore({ clock });
      const forget = store.forget.bind(store);
      const told: PolicyStore = Object.assign(store, {
        forget: (key: string) => (forgotten.push(key), forget(key)),
      });
      return [budget({ tokens: 1, time: 1_000, store: told, clock })];
    });
    await act(async ctx => say(ctx, { inputTokens: 5 }), { id: 'r1' });
    await engine.close();
    expect(forgotten).toEqual(['budget:default:r1']);
  });

  it('works with a store that answers later', async () => {
    const { engine, act } = policyLab(clock => {
      const local = memoryPolicyStore({ clock });
      const store = {
        spend: async (...args: Parameters<PolicyStore['spend']>) => local.spend(...args),
        forget: async (key: string) => local.forget(key),
      } as PolicyStore;
      return [budget({ toolCalls: 2, time: 60_000, store, clock })];
    });
    let calls = 0;
    await act(async ctx => {
      await Promise.all([1, 2, 3, 4].map(() => outcomeOf(ctx.tool('t', {}, () => ++calls))));
    });
    await engine.close();
    expect(calls).toBe(2);
  });

  it.each([
    [{}, /budget: expected at least one of tokens, cost, toolCalls, time, got none/],
    [{ tokens: -1 }, /budget: tokens: expected a number from 0/],
    [{ time: '1s' }, /time: expected .*\(ms\), got "1s"/],
    [{ tokens: 1, per: 'day' }, /per: expected one of run, tenant, thread/],
    [{ tokens: 1, within: 0 }, /within/],
  ])('refuses %j', (options, message) => {
    expect(() => budget(options as BudgetOptions)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
