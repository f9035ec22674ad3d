import { describe, expect, it } from '@jest/globals';
import type { RunContext } from '../../../src/run/context.ts';
import type { Run } from '../../../src/run/run-handle.ts';
import { until } from '../../support/settle.ts';
import { afterTurns, slowBackend } from '../../support/slow-backend.ts';
import { acted, outcomeOf } from './acting.ts';

const untilStopped = ({ signal }: RunContext): Promise<unknown> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('a child run', () => {
  it('belongs to the run that started it, and gives it its output', async () => {
    const { engine, run } = await acted(async ctx => {
      const child = await ctx.start((inner: RunContext<number>) => inner.input + 1, {
        input: 1,
        labels: { is: 'child' },
      });
      return [
        child.id,
        await child.result,
        await outcomeOf((await ctx.start(() => Promise.reject(new Error('x')))).result),
      ];
    });
    const [id, output, failure] = (await run.result) as [string, number, string];
    expect([output, failure]).toEqual([2, 'threw RUN_FAILED']);
    const record = await engine.runs.get(id);
    expect(record).toMatchObject({ parentId: run.id, tenantId: run.tenantId, labels: { is: 'child' } });
    expect(engine.stats.deadlines).toBe(0);
  });

  it.each([
    ['its parent is cancelled', 'cancel'],
    ['its parent returns', 'return'],
    ['its parent fails', 'throw'],
    ['the step fails that started it', 'step'],
  ])('is cancelled when %s', async (_, how) => {
    let id = '';
    const { engine, run } = await acted(async (ctx, engine) => {
      const begin = async (at: RunContext): Promise<void> => void ({ id } = await at.start(untilStopped));
      if (how === 'step') {
        const step = ctx.node('n', async at => {
          await begin(at);
          throw new Error('broken');
        });
        await outcomeOf(step);
        await until(() => engine.stats.liveRuns === 1, 'the end of the child');
        return;
      }
      await begin(ctx);
      if (how === 'cancel') await engine.runs.cancel(ctx.runId, { reason: 'enough' });
      if (how === 'throw') throw new Error('broken');
    });
    await until(() => engine.stats.liveRuns === 0, 'the end of the child');
    const ends = { cancel: 'cancelled', throw: 'failed' } as Readonly<Record<string, string>>;
    expect(run.status).toBe(ends[how] ?? 'completed');
    expect((await engine.runs.get(id)).status).toBe('cancelled');
    expect(engine.stats.deadlines).toBe(0);
  });

  it('is mirrored where that is asked for: its events below the step, its life not', async () => {
    const { events, run } = await acted(async ctx => {
      await ctx.node('sub', async () => {
        const child = await ctx.start(
          async (inner: RunContext) => {
            inner.token('hello');
            await inner.node('deep', () => inner.ask('?', { timeout: 20, default: 1 }));
            const grandchild = await inner.start(({ token }: RunContext) => void token, {
              mirror: true,
              name: 'none',
            });
            await grandchild.result;
            inner.warn('careful');
          },
          { mirror: true, name: 'kid' },
        );
        await child.result;
      });
    });
    expect(run.status).toBe('completed');
    const mirrored = events.filter(({ metadata }) => metadata?.['mirrored'] !== undefined);
    expect(mirrored.map(({ type, node }) => `${type} ${node}`)).toEqual([
      'token sub/kid',
      'node.started sub/kid/deep',
      'node.completed sub/kid/deep',
      'error sub/kid',
    ]);
    expect(mirrored.map(({ metadata }) => (metadata!['mirrored'] as { seq: number }).seq)).toEqual([
      2, 3, 8, 9,
    ]);
    expect(events.filter(({ final }) => final)).toHaveLength(1);
    expect(events.map(({ type }) => type)).not.toContain('ask');
  });

  it('counts and tells what a full mailbox did not take', async () => {
    const COUNT = 8;
    const { events } = await acted(
      async ctx => {
        const begin = (): Promise<Run> =>
          ctx.start(
            async (inner: RunContext) => {
              for (let n = 0; n < COUNT; n++) await inner.emit('step', { name: `step ${n}` });
            },
            { mirror: true },
          );
        const children = await Promise.all([begin(), begin(), begin(), begin()]);
        await Promise.all(children.map(({ result }) => result));
      },
      { limits: { mailbox: { events: 1 } }, backend: slowBackend({ append: afterTurns(() => 20) }) },
    );
    const mirrored = events.filter(({ type }) => type === 'step').length;
    const lost = events
      .filter(({ type }) => type === 'error')
      .map(({ data }) => Number(/^\d+/.exec((data as { message: string }).message)![0]));
    expect(lost.length).toBeGreaterThan(0);
    expect(mirrored + lost.reduce((sum, count) => sum + count, 0)).toBe(4 * COUNT);
  });

  it('is refused where nothing can begin any more', async () => {
    const outcomes: unknown[] = [];
    await acted(async ctx => {
      let left!: RunContext;
      await outcomeOf(ctx.node('n', step => Promise.reject((left = step) && new Error('broken'))));
      outcomes.push(await outcomeOf(left.start(() => 1)));
      outcomes.push(await outcomeOf(ctx.start('nobody')));
    });
    expect(outcomes).toEqual(['threw STEP_ENDED', 'threw UNKNOWN_AGENT']);
  });
});
