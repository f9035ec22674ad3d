import { describe, expect, it } from '@jest/globals';
import { retry, type RetryOptions } from '../../../src/control/policies/retry.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { SluiceError } from '../../../src/errors/sluice-error.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { decisionsOf, policyLab, toolCalled, toolFailed, verdictOf } from './policy-lab.ts';

const delayOf = (options: RetryOptions, attempt: number): unknown => {
  const verdict = verdictOf(retry(options), toolFailed(), { attempt, error: new Error('x') });
  return verdict.signal === 'RETRY' ? verdict.delay : verdict.signal;
};

/** A tool that fails so often before it works, and what became of the call. */
async function tried(options: RetryOptions, fails: number, thrown: unknown = new Error('broken')) {
  const { engine, clock, act } = policyLab(() => [retry({ delay: 10, ...options })]);
  let done = 0;
  let outcome: unknown;
  const events = await act(async ctx => {
    const work = (): string => {
      if (++done <= fails) throw thrown;
      return 'fine';
    };
    outcome = await outcomeOf(ctx.node('n', async () => ctx.tool('t', {}, work)));
  });
  await engine.close();
  expect(clock.pending).toBe(0);
  return { done, outcome, decisions: decisionsOf(events) };
}

describe('retry', () => {
  describeLaws(policyLaws, {
    make: () => retry({ jitter: 'none' }),
    asked: [toolCalled(), toolFailed(), { type: 'token', data: { content: 'x' } }],
  });

  it('waits longer each time, up to the longest delay', () => {
    const options: RetryOptions = { attempts: 10, delay: 100, maxDelay: 500, jitter: 'none' };
    expect([1, 2, 3, 4, 9, 10].map(attempt => delayOf(options, attempt))).toEqual([
      ...[100, 200, 400, 500, 500, 'PROCEED'],
    ]);
    expect(delayOf({ ...options, factor: 1 }, 3)).toBe(100);
    expect(delayOf({ attempts: 1_000, factor: 100, jitter: 'none' }, 999)).toBe(30_000);
  });

  it('waits any time up to that by default', () => {
    const delays = Array.from({ length: 200 }, () => Number(delayOf({ delay: 1_000 }, 1)));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1_000);
    expect(new Set(delays).size).toBeGreaterThan(20);
  });

  it('tries a tool again until it works', async () => {
    const { done, outcome, decisions } = await tried({ attempts: 3 }, 2);
    expect([done, outcome]).toEqual([3, 'fine']);
    expect(decisions).toEqual(['retry RETRY tool.failed', 'retry RETRY tool.failed']);
  });

  it('gives up after its attempts, and not once more for the node around', async () => {
    const { done, outcome, decisions } = await tried({ attempts: 3 }, 100);
    expect([done, outcome]).toEqual([3, 'threw broken']);
    expect(decisions).toHaveLength(2);
  });

  it.each([
    ['a class', { on: [RangeError] }, new RangeError('x'), 2],
    ['another class', { on: [RangeError] }, new TypeError('x'), 1],
    ['a code', { codes: ['ECONNRESET'] }, Object.assign(new Error('x'), { code: 'ECONNRESET' }), 2],
    ['no such code', { codes: ['ECONNRESET'] }, new Error('x'), 1],
    [
      'what the caller says',
      { when: (error: unknown) => (error as Error).message === 'x' },
      new Error('x'),
      2,
    ],
    ['not what the caller says', { when: () => false }, new Error('x'), 1],
    ['what is no error', { codes: ['x'] }, null, 1],
  ])('chooses by %s', async (_, choice, thrown, attempts) => {
    expect((await tried({ attempts: 2, ...choice }, 100, thrown)).done).toBe(attempts);
  });

  it('does not try again what was vetoed, here or inside', () => {
    const veto = new SluiceError('VETOED', 'no');
    const around = new Error('step failed', { cause: veto });
    for (const error of [veto, around, new SluiceError('POLICY_ERROR', 'broken')]) {
      expect(verdictOf(retry(), toolFailed(), { error }).signal).toBe('PROCEED');
    }
    const loop = new Error('loop');
    loop.cause = loop;
    expect(verdictOf(retry(), toolFailed(), { error: loop }).signal).toBe('RETRY');
  });

  it.each([
    [{ attempts: 0 }, /retry: attempts: expected a whole number from 1 to 1000/],
    [{ attempts: 1.5 }, /attempts/],
    [{ delay: -1 }, /retry: delay: expected a number from 0 to \d+ \(ms\), got -1/],
    [{ maxDelay: Infinity }, /maxDelay/],
    [{ factor: 0.5 }, /factor/],
    [{ jitter: 'some' }, /jitter: expected one of full, none/],
    [{ on: [] }, /on: expected at least one class/],
    [{ on: ['Error'] }, /on: expected classes of errors/],
    [{ codes: [''] }, /codes: expected texts, got an empty one/],
    [{ when: true }, /when: expected a function/],
  ])('refuses %j', (options, message) => {
    expect(() => retry(options as unknown as RetryOptions)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
