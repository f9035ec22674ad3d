import { describe, expect, it } from '@jest/globals';
import { fallbackValue, type FallbackValueOptions } from '../../../src/control/policies/fallback-value.ts';
import { denyTools } from '../../../src/control/policies/tool-lists.ts';
import { retry } from '../../../src/control/policies/retry.ts';
import type { Policy } from '../../../src/control/policy.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { decisionsOf, policyLab, toolCalled, toolFailed } from './policy-lab.ts';

async function outcomeUnder(...policies: Policy[]) {
  const { engine, act } = policyLab(() => policies);
  let outcome: unknown;
  const events = await act(async ctx => {
    outcome = await outcomeOf(ctx.tool('t', {}, () => Promise.reject(new RangeError('broken'))));
  });
  await engine.close();
  return { outcome, decisions: decisionsOf(events) };
}

describe('fallbackValue', () => {
  describeLaws(policyLaws, {
    make: () => fallbackValue({ value: [] }),
    asked: [toolCalled(), toolFailed()],
  });

  it('lets a failed call resolve with a value', async () => {
    const { outcome, decisions } = await outcomeUnder(fallbackValue({ value: { rows: [] } }));
    expect(outcome).toEqual({ rows: [] });
    expect(decisions).toEqual(['fallbackValue FALLBACK tool.failed']);
  });

  it('makes the value of the failure, at once or later', async () => {
    const value: FallbackValueOptions['value'] = (subject: { data: { tool: string } }, error: Error) =>
      `${subject.data.tool} ${error.message}`;
    expect((await outcomeUnder(fallbackValue({ value }))).outcome).toBe('t broken');
    const later = (): Promise<string> => Promise.resolve('late');
    expect((await outcomeUnder(fallbackValue({ value: later }))).outcome).toBe('late');
  });

  it('waits for the attempts that others want, wherever it is registered', async () => {
    const { outcome, decisions } = await outcomeUnder(fallbackValue({ value: 0 }), retry({ delay: 1 }));
    expect(outcome).toBe(0);
    expect(decisions).toEqual([
      'retry RETRY tool.failed',
      'retry RETRY tool.failed',
      'fallbackValue FALLBACK tool.failed',
    ]);
  });

  it('leaves other failures alone, and every veto', async () => {
    expect((await outcomeUnder(fallbackValue({ value: 0, on: [TypeError] }))).outcome).toBe('threw broken');
    const { engine, act } = policyLab(() => [fallbackValue({ value: 0 }), denyTools(['t'])]);
    let outcome: unknown;
    await act(async ctx => {
      outcome = await outcomeOf(ctx.node('n', () => ctx.tool('t', {}, () => 1)));
    });
    await engine.close();
    expect(outcome).toBe('threw VETOED');
  });

  it('breaks over a function that makes nothing', async () => {
    expect((await outcomeUnder(fallbackValue({ value: () => undefined }))).outcome).toBe(
      'threw POLICY_ERROR',
    );
  });

  it('refuses to be without a value', () => {
    expect(() => fallbackValue({ value: undefined })).toThrow(
      expect.objectContaining({
        code: 'BAD_OPTION',
        message: 'fallbackValue: value: expected one, got none.',
      }),
    );
  });
});
