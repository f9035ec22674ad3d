import { describe, expect, it } from '@jest/globals';
import {
  concurrencyLimit,
  type ConcurrencyLimitOptions,
} from '../../../src/control/policies/concurrency-limit.ts';
import type { Policy } from '../../../src/control/policy.ts';
import type { Verdict } from '../../../src/control/verdict.ts';
import type { RunContext } from '../../../src/run/context.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { settle, until } from '../../support/settle.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { policyLab, toolCalled, toolFailed } from './policy-lab.ts';

/** Tools that end when they are told to. */
function slowTool() {
  const open: (() => void)[] = [];
  let now = 0;
  let most = 0;
  return {
    open,
    get most() {
      return most;
    },
    work: () =>
      new Promise<void>(resolve => {
        most = Math.max(most, ++now);
        open.push(() => (now--, resolve()));
      }),
  };
}

/** Whether all slots are free again: as many calls as the limit begin at once. */
async function freeSlots(act: (agent: (ctx: RunContext) => unknown) => Promise<unknown>, limit: number) {
  const tool = slowTool();
  const acted = act(ctx => Promise.all(Array.from({ length: limit }, () => ctx.tool('t', {}, tool.work))));
  await until(() => tool.open.length === limit, 'all slots to be free');
  for (const end of tool.open) end();
  await acted;
}

describe('concurrencyLimit', () => {
  describe.each(['wait', 'skip', 'fail'] as const)('with %s', then => {
    describeLaws(policyLaws, {
      make: () => concurrencyLimit({ limit: 2, then }),
      asked: [toolCalled('a', '1'), toolCalled('b', '2'), toolFailed('a', '1')],
    });
  });

  it('lets so many begin, and the next when one ends, in their order', async () => {
    const { engine, act } = policyLab(() => [concurrencyLimit({ limit: 2 })]);
    const tool = slowTool();
    const begun: number[] = [];
    const acted = act(ctx =>
      Promise.all(
        [0, 1, 2, 3, 4].map(at => outcomeOf(ctx.tool('t', {}, () => (begun.push(at), tool.work())))),
      ),
    );
    for (let ended = 0; ended < 5; ended++) {
      await until(() => tool.open.length === Math.min(5, ended + 2), 'the next call');
      await settle();
      expect(begun).toEqual([0, 1, 2, 3, 4].slice(0, ended + 2));
      tool.open[ended]!();
    }
    await acted;
    expect(tool.most).toBe(2);
    await freeSlots(act, 2);
    await engine.close();
  });

  it.each(['skip', 'fail'] as const)('lets what is too much %s', async then => {
    const { engine, act } = policyLab(() => [concurrencyLimit({ limit: 1, then })]);
    const tool = slowTool();
    const outcomes: unknown[] = [];
    await act(async ctx => {
      const first = ctx.tool('t', {}, tool.work);
      outcomes.push(await outcomeOf(ctx.tool('t', {}, () => 'done')));
      outcomes.push(await outcomeOf(ctx.tool('other', {}, () => 'done')));
      tool.open[0]!();
      await first;
      outcomes.push(await outcomeOf(ctx.tool('t', {}, () => 'done')));
    });
    await engine.close();
    expect(outcomes).toEqual([then === 'skip' ? undefined : 'threw VETOED', 'done', 'done']);
  });

  it('limits how many wait', async () => {
    const { engine, act } = policyLab(() => [concurrencyLimit({ limit: 1, queue: 1 })]);
    const tool = slowTool();
    let third: unknown;
    await act(async ctx => {
      const calls = [1, 2].map(() => ctx.tool('t', {}, tool.work));
      third = await outcomeOf(ctx.tool('t', {}, tool.work));
      tool.open[0]!();
      await until(() => tool.open.length === 2);
      tool.open[1]!();
      await Promise.all(calls);
    });
    await engine.close();
    expect(third).toBe('threw VETOED');
  });

  it('gives slots back when calls fail, time out, or their run ends under them', async () => {
    const { engine, act } = policyLab(() => [concurrencyLimit({ limit: 2 })]);
    await act(async ctx => {
      await outcomeOf(ctx.tool('t', {}, () => Promise.reject(new Error('broken'))));
      await outcomeOf(ctx.tool('t', {}, () => new Promise(() => undefined), { timeout: 50 }));
      void ctx.tool('t', {}, () => new Promise(() => undefined));
      void ctx.tool('t', {}, () => new Promise(() => undefined));
      void ctx.tool('t', {}, () => new Promise(() => undefined));
    });
    await freeSlots(act, 2);
    await engine.close();
  });

  it('gives slots back when runs are cancelled, also by force, while they hold or wait', async () => {
    const { engine, clock, act } = policyLab(() => [concurrencyLimit({ limit: 2 })]);
    const deaf = (ctx: RunContext): Promise<unknown> =>
      Promise.all([1, 2, 3].map(() => ctx.tool('t', {}, () => new Promise(() => undefined))));
    const runs = [await engine.start(deaf), await engine.start(deaf)];
    await settle();
    for (const run of runs) void run.cancel('enough');
    await until(() => {
      clock.advance(100);
      return runs.every(({ status }) => status === 'cancelled');
    }, 'the forced end');
    await freeSlots(act, 2);
    await engine.close();
  });

  it('gives slots back that a later policy refuses, or keeps waiting till the call is given up', async () => {
    let verdict: Verdict | Promise<Verdict> = { signal: 'FAIL', reason: 'no' };
    const later: Policy = {
      ...{ name: 'later', priority: 1_000, types: 'tool.called', timeout: Infinity },
      decide: () => verdict,
    };
    const { engine, act } = policyLab(() => [concurrencyLimit({ limit: 1, then: 'fail' }), later]);
    await act(async ctx => {
      for (let at = 0; at < 3; at++) await outcomeOf(ctx.tool('t', {}, () => 1));
      verdict = Promise.resolve<Verdict>({ signal: 'SKIP' });
      for (let at = 0; at < 3; at++) await outcomeOf(ctx.tool('t', {}, () => 1));
      verdict = new Promise(() => undefined);
      await ctx.node('n', () => void ctx.tool('t', {}, () => 1));
      await ctx
        .node('n', () => {
          const given = ctx.tool('t', {}, () => 1);
          given.catch(() => undefined);
          throw new Error('given up');
        })
        .catch(() => undefined);
    });
    verdict = { signal: 'PROCEED' };
    await freeSlots(act, 1);
    await engine.close();
  });

  it('takes one slot for a call that a later policy asks about again', async () => {
    let asked = 0;
    const later: Policy = {
      ...{ name: 'later', priority: 1_000, types: 'tool.called' },
      decide: () => (asked++ % 3 < 2 ? { signal: 'RETRY', delay: 20 } : { signal: 'PROCEED' }),
    };
    const { engine, act } = policyLab(() => [concurrencyLimit({ limit: 1 }), later]);
    const outcomes: unknown[] = [];
    await act(async ctx => {
      for (let at = 0; at < 3; at++) outcomes.push(await outcomeOf(ctx.tool('t', {}, () => at)));
    });
    expect(outcomes).toEqual([0, 1, 2]);
    asked = 2;
    await freeSlots(act, 1);
    await engine.close();
  });

  it('limits nodes, each attempt of them', async () => {
    const { engine, act } = policyLab(() => [
      concurrencyLimit({ limit: 1, types: ['node.started'], key: () => 'all' }),
    ]);
    const tool = slowTool();
    await act(async ctx => {
      const nodes = ['a', 'b', 'a'].map(name => ctx.node(name, tool.work));
      for (let at = 0; at < 3; at++) {
        await until(() => tool.open.length === at + 1);
        tool.open[at]!();
      }
      await Promise.all(nodes);
    });
    await engine.close();
    expect(tool.most).toBe(1);
  });

  it.each([
    [{ limit: 0 }, /concurrencyLimit: limit: expected a whole number from 1/],
    [{ limit: 1, queue: 0 }, /queue/],
    [{ limit: 1, then: 'drop' }, /then/],
    [
      { limit: 1, types: ['token'] },
      /types: expected a list of tool.called, llm.prompt, node.started, got \["token"\]/,
    ],
    [{ limit: 1, types: 'tool.*' }, /types/],
  ])('refuses %j', (options, message) => {
    expect(() => concurrencyLimit(options as unknown as ConcurrencyLimitOptions)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
