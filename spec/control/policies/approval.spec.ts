import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { approval, type ApprovalOptions } from '../../../src/control/policies/approval.ts';
import { retry } from '../../../src/control/policies/retry.ts';
import type { RunContext } from '../../../src/run/context.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { settle, until } from '../../support/settle.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { policyLab, toolCalled, toolFailed, verdictOf } from './policy-lab.ts';

/** Runs an agent under approval; each question is answered with the next answer. */
async function askedBy(
  options: ApprovalOptions,
  agent: (ctx: RunContext) => unknown,
  answers: readonly { value: unknown; by?: string }[],
) {
  const { engine } = policyLab(() => [approval(options), retry({ delay: 0 })]);
  const run = await engine.start(async (ctx: RunContext) => agent(ctx));
  const questions: unknown[] = [];
  const schemas: unknown[] = [];
  run.subscribe(item => {
    if (!('type' in item) || item.type !== 'ask') return;
    schemas.push(item.data.schema);
    const { value, by } = answers[questions.push(item.data.question) - 1]!;
    void engine.runs.answer(run.id, item.data.askId, { value, by });
  });
  const output = await outcomeOf(run.result);
  await engine.close();
  return { output, questions, schemas };
}

const send = (ctx: RunContext, to = 'x') => outcomeOf(ctx.tool('send', { to }, () => 'sent'));
const reasonOf = (ctx: RunContext) =>
  ctx.tool('send', {}, () => 'sent').catch((error: unknown) => (error as Error).message);

describe('approval', () => {
  describeLaws(policyLaws, {
    make: () => approval(),
    asked: [toolCalled('a', '1'), toolCalled('a', '2')],
    context: { ask: async () => false },
  });
  describeLaws(policyLaws, {
    make: () => approval({ rememberFor: 'run' }),
    asked: [toolCalled('a', '1'), toolFailed('a', '1')],
    context: { ask: () => new Promise(resolve => setImmediate(resolve, true)) },
  });

  it('asks for a yes or no, and lets go ahead or not', async () => {
    const { output, questions, schemas } = await askedBy(
      {},
      async ctx => [await send(ctx), await reasonOf(ctx)],
      [{ value: true }, { value: false, by: 'ann' }],
    );
    expect(output).toEqual(['sent', expect.stringContaining('vetoed by policy "approval": denied by ann')]);
    expect(questions).toEqual(['Allow tool send with {"to":"x"}?', 'Allow tool send with {}?']);
    expect(schemas).toMatchObject([{ type: 'boolean' }, { type: 'boolean' }]);
  });

  it('asks in words of its own, with a schema of its own, and tells why', async () => {
    const { output, questions } = await askedBy(
      {
        question: ({ data }) => `May I ${String(data['tool'])}?`,
        schema: z.object({ approved: z.boolean(), reason: z.string() }),
      },
      async ctx => [await reasonOf(ctx), await send(ctx)],
      [{ value: { approved: false, reason: 'too late' } }, { value: { approved: true, reason: '' } }],
    );
    expect(output).toEqual([expect.stringContaining('denied by somebody: too late'), 'sent']);
    expect(questions).toEqual(['May I send?', 'May I send?']);
  });

  it.each([
    ['deny', expect.stringContaining('nobody answered within 1000 ms')],
    ['allow', 'sent'],
  ] as const)('lets no answer %s', async (fallback, expected) => {
    const { engine, clock, act } = policyLab(() => [approval({ timeout: 1_000, default: fallback })]);
    let output: unknown;
    await act(async ctx => (output = await reasonOf(ctx)));
    expect(output).toEqual(expected);
    await engine.close();
    expect(clock.pending).toBe(0);
  });

  it('asks once for a call with all its attempts, and again for the next', async () => {
    let fails = 2;
    const flaky = (): string => {
      if (fails-- > 0) throw new Error('broken');
      return 'sent';
    };
    const { output, questions } = await askedBy(
      {},
      async ctx => [await ctx.tool('send', {}, flaky), await send(ctx)],
      [{ value: true }, { value: true }],
    );
    expect(output).toEqual(['sent', 'sent']);
    expect(questions).toHaveLength(2);
  });

  it('asks once for a tool in a run, if it is to remember, also where calls wait together', async () => {
    const { output, questions } = await askedBy(
      { rememberFor: 'run' },
      async ctx => [...(await Promise.all([send(ctx), send(ctx)])), await send(ctx)],
      [{ value: true }],
    );
    expect(output).toEqual(['sent', 'sent', 'sent']);
    expect(questions).toHaveLength(1);
  });

  it('asks only when it is needed', async () => {
    const { output, questions } = await askedBy(
      { when: ({ data }) => (data['args'] as { to?: string }).to === 'all' },
      async ctx => [await send(ctx, 'x'), await send(ctx, 'all')],
      [{ value: true }],
    );
    expect(output).toEqual(['sent', 'sent']);
    expect(questions).toHaveLength(1);
  });

  it('lets everything else go on, and nothing wait when the run is cancelled', async () => {
    const { engine, clock } = policyLab(() => [approval()]);
    const types: string[] = [];
    const run = await engine.start(async (ctx: RunContext) => {
      const sent = ctx.tool('send', {}, () => 'sent');
      ctx.token('meanwhile');
      await sent;
    });
    run.subscribe(item => 'type' in item && types.push(item.type));
    await until(() => types.includes('token') && types.includes('ask'));
    await run.cancel('enough');
    await settle();
    expect(run.status).toBe('cancelled');
    await engine.close();
    expect(clock.pending).toBe(0);
  });

  it('fails where there is nobody to ask', () => {
    expect(verdictOf(approval({ default: 'allow' }), toolCalled())).toEqual({
      ...{ signal: 'FAIL', reason: 'it needs approval, and there is nobody to ask here' },
    });
  });

  it.each([
    [{ question: 1 }, /approval: question: expected a text or a function, got 1/],
    [{ timeout: 0 }, /timeout: expected a number from 1 to \d+ \(ms\)/],
    [{ default: 'maybe' }, /default: expected one of allow, deny/],
    [{ rememberFor: 'ever' }, /rememberFor/],
    [{ when: true }, /when/],
    [{ approves: 'yes' }, /approves/],
  ])('refuses %j', (options, message) => {
    expect(() => approval(options as unknown as ApprovalOptions)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
