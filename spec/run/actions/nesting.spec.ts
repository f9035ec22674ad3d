import { describe, expect, it } from '@jest/globals';
import { getRunContext } from '../../../src/run/current-context.ts';
import type { RunContext } from '../../../src/run/context.ts';
import { afterTurns, slowBackend } from '../../support/slow-backend.ts';
import { acted, outcomeOf } from './acting.ts';
import { pairingFaults } from './pairing.ts';

const pause = (turns = 3): Promise<void> =>
  turns === 0 ? Promise.resolve() : Promise.resolve().then(() => pause(turns - 1));

describe('what is done inside of a step', () => {
  it('has its path, whichever context it is said with, however many steps are at work', async () => {
    const { events } = await acted(async ctx => {
      const branch = (name: string, depth: number, around: RunContext): Promise<void> =>
        around.node(name, async step => {
          await pause(depth);
          const path = step.path!;
          ctx.token(`outside ${path}`);
          step.token(`step ${path}`);
          getRunContext()!.token(`current ${path}`);
          await ctx.tool('t', { path }, async () => {
            await pause();
            ctx.token(`tool ${path}`);
          });
          if (depth > 0)
            await Promise.all(['x', 'y'].map(one => branch(one, depth - 1, depth % 2 ? ctx : step)));
        });
      await Promise.all(['a', 'b', 'c'].map(name => branch(name, 3, ctx)));
      ctx.token('outside ');
    });
    expect(pairingFaults(events)).toEqual([]);
    const tokens = events.filter(({ type }) => type === 'token');
    expect(tokens).toHaveLength(3 * 15 * 4 + 1);
    for (const { node = '', data } of tokens) {
      expect((data as { content: string }).content.split(' ')[1]).toBe(node);
    }
    for (const { node, data } of events.filter(({ type }) => type === 'tool.called')) {
      expect((data as { args: { path: string } }).args.path).toBe(node);
    }
  });

  it('names its cause: what opened it, and what is around it', async () => {
    const { events } = await acted(ctx =>
      ctx.node('a', () => ctx.pipeline('p', () => ctx.wave({ x: () => ctx.tool('t', {}, () => 1) }))),
    );
    expect(events.map(({ seq, type, node, cause }) => `${seq} ${type} ${node} ${cause}`)).toEqual([
      '1 started undefined undefined',
      '2 node.started a undefined',
      '3 pipeline.started a 2',
      '4 wave.started a 3',
      '5 node.started a/x 4',
      '6 tool.called a/x 5',
      '7 tool.completed a/x 6',
      '8 node.completed a/x 5',
      '9 wave.completed a 4',
      '10 pipeline.completed a 3',
      '11 node.completed a 2',
      '12 complete undefined undefined',
    ]);
  });

  it('has a path of its own where two of one name are at work, and one wave only', async () => {
    const { events } = await acted(async ctx => {
      const twin = (): Promise<void> => ctx.node('twin', () => pause());
      await Promise.all([twin(), twin(), ctx.wave({ twin: step => step.node('inner', () => 1) })]);
      await twin();
    });
    const started = events.filter(({ type }) => type === 'node.started');
    expect(started.map(({ node, data }) => [node, (data as { wave?: number }).wave])).toEqual([
      ['twin', undefined],
      ['twin#2', undefined],
      ['twin#3', 0],
      ['twin#3/inner', undefined],
      ['twin', undefined],
    ]);
  });

  it('ends with it where it fails, and goes on where it is done', async () => {
    const outcomes: unknown[] = [];
    const { events } = await acted(async ctx => {
      const never = (): Promise<never> => new Promise(() => undefined);
      let left!: RunContext;
      let stray!: Promise<unknown>;
      await outcomeOf(
        ctx.node('fails', step => {
          left = step;
          stray = step.tool('inside', {}, never);
          throw new Error('broken');
        }),
      );
      outcomes.push(
        await outcomeOf(stray),
        left.signal.aborted,
        await outcomeOf(left.tool('late', {}, () => 1)),
      );
      await ctx.node('succeeds', step => {
        left = step;
        stray = step.tool('inside', {}, () => pause().then(() => 2));
      });
      outcomes.push(await stray, left.signal.aborted, await left.tool('late', {}, () => 1));
      stray = ctx.node('open', step => step.tool('left', {}, never));
      void stray.catch((error: { code: string }) => outcomes.push(error.code));
    });
    expect(outcomes).toEqual(['threw STEP_ENDED', true, 'threw STEP_ENDED', 2, false, 1, 'STEP_ENDED']);
    expect(pairingFaults(events)).toEqual([]);
    const last = events.slice(-3).map(({ type, data }) => [type, (data as { code?: string }).code]);
    expect(last).toEqual([
      ['tool.failed', 'STEP_ENDED'],
      ['node.failed', 'STEP_ENDED'],
      ['complete', undefined],
    ]);
  });
});

describe('a stop', () => {
  it.each([
    ['a cancel', {}, 'RUN_CANCELLED', 'cancelled'],
    ['the end of its time', { maxDuration: 200 }, 'MAX_DURATION', 'error'],
  ])('%s ends waits, delays and work at once, the innermost first', async (_, options, code, end) => {
    const outcomes: unknown[] = [];
    const signals: AbortSignal[] = [];
    const { events, engine, clock } = await acted(
      async (ctx, engine) => {
        const work = (_args: unknown, { signal }: RunContext): Promise<never> => {
          signals.push(signal);
          return new Promise(() => undefined);
        };
        const calls = [
          ctx.node('a', () => ctx.node('b', step => step.tool('works', {}, work, { timeout: 90_000 }))),
          ctx.tool('judged', {}, () => 1),
          ctx.tool('again', {}, () => Promise.reject(new Error('broken'))),
        ];
        if (code === 'RUN_CANCELLED') setImmediate(() => void engine.runs.cancel(ctx.runId));
        for (const call of calls) outcomes.push(await outcomeOf(call));
        outcomes.push(await outcomeOf(ctx.tool('late', {}, () => 1)));
        outcomes.push(await outcomeOf(ctx.start(() => 1)));
      },
      {
        ...options,
        backend: slowBackend({ append: afterTurns(() => 2) }),
        policies: [
          {
            ...{ name: 'slow', types: ['tool.called'], timeout: Infinity },
            decide: ({ data }) =>
              data['tool'] === 'judged' ? new Promise(() => undefined) : { signal: 'PROCEED' },
          },
          { name: 'later', types: ['tool.failed'], decide: () => ({ signal: 'RETRY', delay: 1e6 }) },
        ],
        observers: [],
      },
    );
    expect(outcomes).toEqual(Array(5).fill(`threw ${code}`));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(pairingFaults(events)).toEqual([]);
    const closed = events.filter(
      ({ data }) => (data as { code?: string }).code === code && end !== undefined,
    );
    expect(closed.slice(0, 3).map(({ type, node }) => `${type} ${node}`)).toEqual([
      'tool.failed a/b',
      'node.failed a/b',
      'node.failed a',
    ]);
    expect(events.at(-1)!.type).toBe(end);
    expect([engine.stats.deadlines, engine.gate.waiting]).toEqual([0, 0]);
    await engine.close();
    expect(clock.pending).toBe(0);
  });

  it('closes what was opened last first, so that a tool ends behind the one it calls', async () => {
    const { events } = await acted((ctx, engine) => {
      const never = (): Promise<never> => new Promise(() => undefined);
      setImmediate(() => void engine.runs.cancel(ctx.runId));
      return outcomeOf(
        ctx.tool('outer', {}, () => ctx.tool('inner', {}, never, { callId: 'inner' }), { callId: 'outer' }),
      );
    });
    const closed = events
      .filter(({ type }) => type === 'tool.failed')
      .map(({ data }) => (data as { callId: string }).callId);
    expect(closed).toEqual(['inner', 'outer']);
  });

  it('at its timeout fails the attempt alone, and tells its work', async () => {
    let aborted: unknown;
    const { types } = await acted(
      async ctx => {
        const slow = ctx.node(
          'n',
          ({ signal, attempt }) =>
            attempt === 1
              ? new Promise(() => signal.addEventListener('abort', () => void (aborted = signal.reason)))
              : 'fine',
          { timeout: 50 },
        );
        expect(await slow).toBe('fine');
      },
      {
        policies: [{ name: 'retry', types: ['node.failed'], decide: () => ({ signal: 'RETRY', delay: 1 }) }],
      },
    );
    expect(aborted).toMatchObject({ code: 'CALL_TIMEOUT' });
    expect(types).toEqual([
      'node.started',
      'node.failed',
      'control.decided',
      'node.started',
      'node.completed',
    ]);
  });
});
