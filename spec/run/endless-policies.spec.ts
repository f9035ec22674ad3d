import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Policy } from '../../src/control/policy.ts';
import { createGate } from '../../src/control/create-gate.ts';
import type { RunContext } from '../../src/run/context.ts';

/** A run that says one step under this policy, which may say something in it: how it ended, and what was said. */
async function runUnder(policyFor: (ctx: () => RunContext) => Policy) {
  let context: RunContext | undefined;
  const faults: string[] = [];
  const policy = policyFor(() => context!);
  const gate = createGate([policy], {
    onPolicyError: (error, { policy: name }) =>
      faults.push(`${name}: ${String(Reflect.get(Object(error), 'code'))}`),
  });
  const engine = createEngine({ gate, grace: 0 });
  const run = await engine.start(async ctx => {
    context = ctx;
    ctx.step('mine');
    await ctx.drained();
    ctx.step('next');
    await ctx.drained();
    return 1;
  });
  await run.result.catch(() => undefined);
  const last = await engine.events.latest(run.id);
  const end = last?.type === 'error' ? last.data : last?.type;
  const { items } = await engine.events.search(run.id, { filter: 'step' });
  const steps = items.flatMap(item => ('type' in item && item.type === 'step' ? [item.data.name] : []));
  await engine.close();
  return { end, steps, faults };
}

const PROCEED = { signal: 'PROCEED' } as const;

describe('a policy that says what it is asked about', () => {
  it('is stopped after some statements in a row, and the run fails and names it', async () => {
    const { end, steps } = await runUnder(ctx => ({
      name: 'echo',
      types: 'step',
      decide: () => (ctx().step('echo'), PROCEED),
    }));
    expect(end).toMatchObject({
      code: 'POLICY_ERROR',
      message: expect.stringMatching(/"echo" broke: .*8 statements/),
    });
    expect(steps.filter(name => name === 'echo').length).toBeLessThanOrEqual(8);
  });

  it('is passed over where it may be, and the run goes on', async () => {
    const { end, steps, faults } = await runUnder(ctx => ({
      name: 'echo',
      types: 'step',
      onError: 'open',
      decide: () => (ctx().step('echo'), PROCEED),
    }));
    const row = Array.from({ length: 8 }, () => 'echo');
    expect([end, steps]).toEqual(['complete', ['mine', ...row, 'next', ...row]]);
    expect(faults).toEqual(['echo: POLICY_ERROR', 'echo: POLICY_ERROR']);
  });

  it('is stopped, too, where it says what it hears, by emit, or by turns with another one', async () => {
    const heard = await runUnder(ctx => ({
      name: 'ear',
      types: 'custom:none',
      decide: () => PROCEED,
      observes: 'step',
      observe: ({ type }) => void (type === 'step' && ctx().step('heard')),
    }));
    expect([heard.end, heard.steps.length, heard.faults]).toEqual([
      'complete',
      18,
      ['ear: POLICY_ERROR', 'ear: POLICY_ERROR'],
    ]);
    const emitted = await runUnder(ctx => ({
      name: 'echo',
      types: ['step', 'custom:turn'],
      decide: ({ type }) => {
        if (type === 'step') void ctx().emit('custom:turn', {});
        else void ctx().emit('step', { name: 'echo' });
        return PROCEED;
      },
    }));
    expect(emitted.end).toMatchObject({ code: 'POLICY_ERROR', details: { policy: 'echo', on: 'step' } });
  });

  it('may say something else as often as it is asked', async () => {
    let count = 0;
    const { end, faults } = await runUnder(ctx => ({
      name: 'audit',
      types: 'step',
      decide: () => {
        if (count++ < 1) for (let at = 0; at < 50; at++) ctx().custom('asked', { at });
        return PROCEED;
      },
    }));
    expect([end, faults]).toEqual(['complete', []]);
  });
});
