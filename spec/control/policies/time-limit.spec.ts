import { describe, expect, it } from '@jest/globals';
import { retry } from '../../../src/control/policies/retry.ts';
import { timeLimit } from '../../../src/control/policies/time-limit.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { decisionsOf, policyLab, toolCalled, toolFailed } from './policy-lab.ts';

describe('timeLimit', () => {
  describeLaws(policyLaws, {
    make: clock => timeLimit({ ms: 1_000, clock }),
    asked: [toolCalled(), toolFailed(), toolCalled('b', '2')],
  });

  it('ends the attempts of a call, however many are left', async () => {
    const { engine, act } = policyLab(clock => [
      retry({ attempts: 10, delay: 400, factor: 1, jitter: 'none' }),
      timeLimit({ ms: 1_000, clock }),
    ]);
    let calls = 0;
    let outcome: unknown;
    const events = await act(async ctx => {
      const work = (): never => {
        calls++;
        throw new Error('broken');
      };
      outcome = await outcomeOf(ctx.tool('t', {}, work));
    });
    await engine.close();
    // Attempts at 0, 400 and 800 ms; the fourth would begin at 1,200.
    expect([calls, outcome]).toEqual([3, 'threw VETOED']);
    expect(decisionsOf(events).at(-1)).toBe('timeLimit FAIL tool.called');
  });

  it('lets what failed late stay failed', async () => {
    const { engine, clock, act } = policyLab(clock => [retry({ delay: 1 }), timeLimit({ ms: 100, clock })]);
    let outcome: unknown;
    const events = await act(async ctx => {
      const work = (): never => {
        clock.advance(500);
        throw new Error('broken');
      };
      outcome = await outcomeOf(ctx.tool('t', {}, work));
    });
    await engine.close();
    expect(outcome).toBe('threw broken');
    expect(decisionsOf(events)).toEqual(['timeLimit FAIL tool.failed']);
  });

  it('counts for each call anew, also of one node', async () => {
    const { engine, clock, act } = policyLab(clock => [timeLimit({ ms: 100, clock })]);
    const outcomes: unknown[] = [];
    await act(async ctx => {
      for (let at = 0; at < 3; at++) {
        outcomes.push(await outcomeOf(ctx.node('n', () => (clock.advance(90), at))));
        outcomes.push(await outcomeOf(ctx.tool('t', {}, () => (clock.advance(90), at), { callId: 'same' })));
      }
    });
    await engine.close();
    expect(outcomes).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('refuses a time that is none', () => {
    expect(() => timeLimit({ ms: 0 })).toThrow(
      expect.objectContaining({
        code: 'BAD_OPTION',
        message: expect.stringMatching(/timeLimit: ms: expected a number from 1 to \d+ \(ms\), got 0/),
      }),
    );
  });
});
