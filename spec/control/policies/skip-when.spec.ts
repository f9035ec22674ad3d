import { describe, expect, it } from '@jest/globals';
import { skipWhen } from '../../../src/control/policies/skip-when.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { policyLab, toolCalled } from './policy-lab.ts';

describe('skipWhen', () => {
  describeLaws(policyLaws, {
    make: () => skipWhen(({ data }) => data['tool'] === 'search', { value: 1 }),
    asked: [toolCalled(), toolCalled('other'), { type: 'node.started', data: { name: 'n', attempt: 1 } }],
  });

  it('leaves calls out, at once or later, and answers in their place', async () => {
    const { engine, act } = policyLab(() => [
      skipWhen(({ data }) => data['tool'] === 'off', { value: 'left out', reason: 'switched off' }),
      skipWhen(({ data }) => Promise.resolve(data['name'] === 'later'), { name: 'flags' }),
    ]);
    const outcomes: unknown[] = [];
    const events = await act(async ctx => {
      outcomes.push(await ctx.tool('off', {}, () => 'done'));
      outcomes.push(await ctx.tool('on', {}, () => 'done'));
      outcomes.push(await ctx.node('later', () => 'done'));
    });
    await engine.close();
    expect(outcomes).toEqual(['left out', 'done', undefined]);
    expect(events.find(({ type }) => type === 'control.decided')?.data).toMatchObject({
      ...{ policy: 'skipWhen', signal: 'SKIP', reason: 'switched off', value: 'left out' },
    });
  });

  it('leaves statements out that it is asked about', async () => {
    const { engine, act } = policyLab(() => [skipWhen(() => true, { types: 'progress' })]);
    const events = await act(ctx => {
      ctx.progress('a', 0.5);
      ctx.token('b');
    });
    await engine.close();
    expect(events.map(({ type }) => type)).toEqual(['started', 'control.decided', 'token', 'complete']);
  });

  it('breaks over an answer that is neither yes nor no', async () => {
    const { engine, act } = policyLab(() => [skipWhen(() => undefined as never)]);
    let outcome: unknown;
    await act(async ctx => {
      outcome = await outcomeOf(ctx.tool('t', {}, () => 1));
    });
    await engine.close();
    expect(outcome).toBe('threw POLICY_ERROR');
  });

  it('refuses what is no predicate', () => {
    expect(() => skipWhen(true as never)).toThrow(
      expect.objectContaining({
        code: 'BAD_OPTION',
        message: 'skipWhen: predicate: expected a function, got boolean.',
      }),
    );
  });
});
