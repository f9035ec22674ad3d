import { describe, expect, it } from '@jest/globals';
import { allowTools, denyTools } from '../../../src/control/policies/tool-lists.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { policyLab, toolCalled, verdictOf } from './policy-lab.ts';
import { outcomeOf } from '../../run/actions/acting.ts';

const asked = [toolCalled('search'), toolCalled('shell'), { type: 'tool.called', data: {} }];

describe('allowTools', () => {
  describeLaws(policyLaws, { make: () => allowTools(['search', 'read.*']), asked });

  it.each([
    ['search', true],
    ['read.file', true],
    ['read.', true],
    ['read', false],
    ['searching', false],
    ['Search', false],
    ['', false],
  ])('judges the tool %j', (tool, isAllowed) => {
    const { signal } = verdictOf(allowTools(['search', 'read.*']), toolCalled(tool));
    expect(signal).toBe(isAllowed ? 'PROCEED' : 'FAIL');
    expect(verdictOf(denyTools(['search', 'read.*']), toolCalled(tool)).signal).toBe(
      isAllowed ? 'FAIL' : 'PROCEED',
    );
  });

  it('refuses at the call', async () => {
    const { engine, act } = policyLab(() => [allowTools(['search'])]);
    const outcomes: unknown[] = [];
    await act(async ctx => {
      for (const tool of ['search', 'shell']) outcomes.push(await outcomeOf(ctx.tool(tool, {}, () => tool)));
    });
    await engine.close();
    expect(outcomes).toEqual(['search', 'threw VETOED']);
  });

  it('leaves out, or answers with something else', () => {
    expect(verdictOf(allowTools(['a'], { then: 'skip' }), toolCalled('b'))).toEqual({
      ...{ signal: 'SKIP', reason: 'the tool "b" is not allowed' },
    });
    expect(verdictOf(allowTools(['a'], { then: { fallback: [] } }), toolCalled('b'))).toMatchObject({
      ...{ signal: 'FALLBACK', value: [] },
    });
    expect(verdictOf(denyTools(['*']), toolCalled('anything')).signal).toBe('FAIL');
  });

  it.each([
    [[], 'allowTools: expected at least one text, got none.'],
    [undefined, 'allowTools: expected at least one text, got undefined.'],
    [[''], 'allowTools: expected texts, got an empty one.'],
    [['a*b'], 'allowTools: expected names, or beginnings such as "search.*", got "a*b".'],
    [['**'], 'allowTools: expected names, or beginnings such as "search.*", got "**".'],
  ])('refuses %j', (names, message) => {
    expect(() => allowTools(names as string[])).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message }),
    );
  });

  it('refuses an end that it does not know', () => {
    expect(() => denyTools(['a'], { then: 'wait' as never })).toThrow(
      /denyTools: then: expected fail, skip or \{ fallback \}, got "wait"/,
    );
  });
});

describe('denyTools', () => {
  describeLaws(policyLaws, { make: () => denyTools(['shell', 'rm*'], { then: 'skip' }), asked });
});
