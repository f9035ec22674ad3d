import { describe, expect, it } from '@jest/globals';
import { allowTypes } from '../../../src/control/policies/allow-types.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { policyLab, toolCalled, toolFailed } from './policy-lab.ts';

describe('allowTypes', () => {
  describeLaws(policyLaws, {
    make: () => allowTypes(['token', 'tool.*']),
    asked: [toolCalled(), toolFailed(), { type: 'progress', data: {} }, { type: 'custom:a', data: {} }],
  });

  it('lets an agent say and do only what is named, and fail all the same', async () => {
    const { engine, act } = policyLab(() => [allowTypes(['token', 'tool.*', 'custom:ok*'])]);
    const outcomes: unknown[] = [];
    const events = await act(async ctx => {
      ctx.token('a');
      ctx.progress('b', 0.1);
      ctx.custom('ok.yes', {});
      ctx.custom('no', {});
      outcomes.push(await outcomeOf(ctx.node('n', () => 1)));
      outcomes.push(await outcomeOf(ctx.tool('t', {}, () => Promise.reject(new Error('broken')))));
    });
    await engine.close();
    expect(outcomes).toEqual([undefined, 'threw broken']);
    expect(events.map(({ type }) => type).filter(type => !type.startsWith('control.'))).toEqual([
      ...['started', 'token', 'custom:ok.yes', 'node.skipped', 'tool.called', 'tool.failed', 'complete'],
    ]);
  });

  it('ends the run if it is told to', async () => {
    const { engine, act } = policyLab(() => [allowTypes(['tool.*'], { then: 'fail' })]);
    const events = await act(ctx => ctx.token('a'));
    await engine.close();
    expect(events.at(-1)).toMatchObject({ type: 'error', data: { code: 'VETOED' } });
  });

  it('refuses patterns it does not understand', () => {
    expect(() => allowTypes(['*.failed'])).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});
