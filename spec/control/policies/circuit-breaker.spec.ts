import { describe, expect, it } from '@jest/globals';
import { circuitBreaker, type CircuitBreakerOptions } from '../../../src/control/policies/circuit-breaker.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { END, policyLab, tell, toolCalled, toolFailed, verdictOf } from './policy-lab.ts';

const options = { failures: 2, within: 10_000, cooldown: 1_000 };

/** A breaker, and what it says to one call after the other whose outcomes it is told. */
function broken(more: CircuitBreakerOptions = {}) {
  const clock = new ManualClock();
  const policy = circuitBreaker({ ...options, clock, ...more });
  let calls = 0;
  const call = (outcome: 'failed' | 'completed' | 'none', tool = 't', code?: string): string => {
    const callId = String(++calls);
    const opening = toolCalled(tool, callId);
    const { signal } = verdictOf(policy, opening);
    if (signal !== 'PROCEED') return signal;
    tell(policy, opening);
    if (outcome === 'none') return signal;
    tell(policy, { type: `tool.${outcome}`, data: { callId, ...(code !== undefined && { code }) } });
    return signal;
  };
  return { clock, policy, call };
}

describe('circuitBreaker', () => {
  describeLaws(policyLaws, {
    make: clock => circuitBreaker({ ...options, clock }),
    asked: [toolCalled('a', '1'), toolFailed('a', '1'), toolCalled('a', '2')],
  });

  it('opens after failures, tries after a while, and closes', () => {
    const { clock, call } = broken();
    expect([call('failed'), call('failed'), call('none')]).toEqual(['PROCEED', 'PROCEED', 'FAIL']);
    expect(call('none', 'other')).toBe('PROCEED');
    clock.advance(1_000);
    expect([call('none'), call('none')]).toEqual(['PROCEED', 'FAIL']);
    clock.advance(1_000);
    expect([call('completed'), call('completed')]).toEqual(['PROCEED', 'PROCEED']);
  });

  it('says when it tries again', () => {
    const { clock, policy, call } = broken();
    call('failed');
    call('failed');
    clock.advance(300);
    expect(verdictOf(policy, toolCalled('t', 'x'))).toEqual({
      ...{ signal: 'FAIL', reason: 'tool t: too much failed, tries again in 700 ms' },
    });
  });

  it('does not count what the run or a policy ended', () => {
    const { call } = broken();
    for (const code of ['RUN_CANCELLED', 'STEP_ENDED', 'VETOED']) call('failed', 't', code);
    expect(call('failed', 't', 'CALL_TIMEOUT')).toBe('PROCEED');
    expect(call('failed')).toBe('PROCEED');
    expect(call('none')).toBe('FAIL');
  });

  it('counts what it is told to', () => {
    const { call } = broken({ counts: ({ data }) => data['code'] === 'CALL_TIMEOUT' });
    for (let at = 0; at < 5; at++) expect(call('failed')).toBe('PROCEED');
    call('failed', 't', 'CALL_TIMEOUT');
    call('failed', 't', 'CALL_TIMEOUT');
    expect(call('none')).toBe('FAIL');
  });

  it('tries again at once where a trial never began, or its run ended', () => {
    const { clock, policy, call } = broken();
    call('failed');
    call('failed');
    clock.advance(1_000);
    expect(verdictOf(policy, toolCalled('t', 'refused')).signal).toBe('PROCEED');
    const decided = { policy: 'other', signal: 'FAIL', on: 'tool.called', subject: 't' };
    tell(policy, { type: 'control.decided', data: decided });
    expect(call('none')).toBe('PROCEED');
    expect(call('none')).toBe('FAIL');
    tell(policy, END);
    expect(call('none')).toBe('PROCEED');
  });

  it('spares a tool in an engine, and answers in its place', async () => {
    const { engine, clock, act } = policyLab(clock => [
      circuitBreaker({ ...options, then: { fallback: 'stale' }, clock }),
    ]);
    let calls = 0;
    const outcomes: unknown[] = [];
    await act(async ctx => {
      for (let at = 0; at < 4; at++) {
        outcomes.push(
          await outcomeOf(ctx.tool('t', {}, () => (calls++, Promise.reject(new Error('broken'))))),
        );
      }
    });
    expect(outcomes).toEqual(['threw broken', 'threw broken', 'stale', 'stale']);
    expect(calls).toBe(2);
    clock.advance(1_000);
    await act(async ctx => outcomes.push(await ctx.tool('t', {}, () => 'works')));
    await act(async ctx => outcomes.push(await ctx.tool('t', {}, () => 'works')));
    expect(outcomes.slice(4)).toEqual(['works', 'works']);
    await engine.close();
  });

  it.each([
    [{ failures: 0 }, /circuitBreaker: failures: expected a whole number from 1 to 10000/],
    [{ within: 0 }, /within: expected a number from 1 to \d+ \(ms\), got 0/],
    [{ cooldown: NaN }, /cooldown/],
    [{ halfOpen: -1 }, /halfOpen/],
    [{ then: { fallback: undefined } }, /then/],
    [{ counts: 1 }, /counts/],
  ])('refuses %j', (bad, message) => {
    expect(() => circuitBreaker(bad as CircuitBreakerOptions)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
