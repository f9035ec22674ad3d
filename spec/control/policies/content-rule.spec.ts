import { describe, expect, it } from '@jest/globals';
import { contentRule, type ContentRuleOptions } from '../../../src/control/policies/content-rule.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { policyLab, toolCalled, toolFailed, verdictOf } from './policy-lab.ts';

const token = (content: string) => ({ type: 'token', data: { content, messageId: 'm' } });

describe('contentRule', () => {
  describeLaws(policyLaws, {
    make: () => contentRule({ pattern: ['x', /\d+/g], then: 'replace' }),
    asked: [token('a'), token('1x2'), toolCalled('x', '1', { q: 'x' }), toolFailed()],
  });

  it('replaces what matches in what is said', async () => {
    const { engine, act } = policyLab(() => [
      contentRule({ pattern: [/\b\d{16}\b/, 'Voldemort'], then: 'replace', replacement: '$&' }),
    ]);
    const events = await act(ctx => {
      ctx.token('card 4111111111111111 and 4111111111111111');
      ctx.token('clean');
      ctx.custom('note', { deep: [{ Voldemort: 'by Voldemort' }], n: 1 });
    });
    await engine.close();
    expect(events.filter(({ type }) => type === 'token').map(({ data }) => data)).toMatchObject([
      ...[{ content: 'card $& and $&' }, { content: 'clean' }],
    ]);
    expect(events.find(({ type }) => type === 'custom:note')?.data).toEqual({
      ...{ deep: [{ '$&': 'by $&' }], n: 1 },
    });
  });

  it('leaves out, or ends the run', async () => {
    const { engine, act } = policyLab(() => [
      contentRule({ pattern: 'secret' }),
      contentRule({ name: 'stop', pattern: 'bomb', then: 'fail' }),
    ]);
    const events = await act(ctx => {
      ctx.token('a secret');
      ctx.token('fine');
      ctx.token('a bomb');
    });
    await engine.close();
    expect(events.map(({ type }) => type)).toEqual([
      ...['started', 'control.decided', 'token', 'control.decided', 'error'],
    ]);
    expect(JSON.stringify(events)).not.toMatch(/a secret|a bomb/);
  });

  it('stops calls by their arguments, and does not call with others', async () => {
    for (const then of ['block', 'replace', 'fail'] as const) {
      const { engine, act } = policyLab(() => [contentRule({ pattern: 'rm -rf', then })]);
      let outcome: unknown;
      await act(async ctx => {
        outcome = await outcomeOf(ctx.tool('shell', { command: ['rm -rf /'] }, () => 'done'));
      });
      await engine.close();
      expect(outcome).toBe(then === 'block' ? undefined : 'threw VETOED');
    }
  });

  it('looks at the members it is told to, and by default at no ids', () => {
    const said = { type: 'token', data: { content: 'a', messageId: 'x1', role: 'x' } };
    expect(verdictOf(contentRule({ pattern: 'x' }), said).signal).toBe('PROCEED');
    expect(verdictOf(contentRule({ pattern: 'x', fields: ['messageId'] }), said).signal).toBe('SKIP');
    expect(verdictOf(contentRule({ pattern: 'a', fields: ['other'] }), said).signal).toBe('PROCEED');
  });

  it('finds the same again with expressions that remember where they were', () => {
    const sticky = contentRule({ pattern: /b/gy });
    for (let at = 0; at < 3; at++) expect(verdictOf(sticky, token('ab')).signal).toBe('SKIP');
  });

  it('takes a text for a match that is too long for an expression, and not for a text', () => {
    const long = 'a'.repeat(101);
    expect(verdictOf(contentRule({ pattern: /b/, maxLength: 100 }), token(long)).signal).toBe('SKIP');
    expect(verdictOf(contentRule({ pattern: /b/, maxLength: 101 }), token(long)).signal).toBe('PROCEED');
    expect(verdictOf(contentRule({ pattern: 'b', maxLength: 100 }), token(long)).signal).toBe('PROCEED');
  });

  it.each([
    [{ pattern: '' }, /pattern: expected texts or regular expressions, got ""/],
    [{ pattern: [] }, /pattern: expected at least one/],
    [{ pattern: /a*/ }, /got one that matches nothing at all, \/a\*\//],
    [{ pattern: 'a', then: 'drop' }, /then: expected one of block, replace, fail/],
    [{ pattern: 'a', replacement: 1 }, /replacement: expected a text/],
    [{ pattern: 'a', fields: [] }, /fields/],
    [{ pattern: 'a', maxLength: 0 }, /maxLength: expected 1 to 1000000 characters/],
  ])('refuses %j', (options, message) => {
    expect(() => contentRule(options as unknown as ContentRuleOptions)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
