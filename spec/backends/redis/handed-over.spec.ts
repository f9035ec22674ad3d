import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { EngineOptions } from '../../../src/engine/options.ts';
import { codeOf } from '../../support/code-of.ts';
import { collect } from '../../support/collect.ts';
import { until } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

/** Works until its signal fires, says a little more, saves where it was, and returns. */
const tidy = defineAgent({
  name: 'tidy',
  run: async ctx => {
    ctx.token('working');
    const reason = await new Promise<unknown>(resolve =>
      ctx.signal.addEventListener('abort', () => resolve(ctx.signal.reason)),
    );
    ctx.token((reason as { code: string }).code);
    await ctx.checkpoint('at', 7);
    return 'not an output';
  },
  resume: async (ctx, checkpoint) => `from ${String(checkpoint?.data)}`,
});

/** Hears no signal, and goes on talking. */
const deaf = defineAgent({
  name: 'deaf',
  run: ctx => new Promise<string>(() => void setInterval(() => ctx.token('.'), 5).unref()),
  resume: async () => 'resumed',
});

const frail = defineAgent({
  name: 'frail',
  run: ctx => new Promise<string>(resolve => ctx.signal.addEventListener('abort', () => resolve('stopped'))),
});

describe('runs of an engine that closes in good order', () => {
  const engines: Engine[] = [];
  afterEach(async () => {
    await Promise.all(engines.splice(0).map(engine => engine.close()));
  });

  async function instance(change: Partial<EngineOptions> = {}): Promise<Engine> {
    const backend = await lab.open({ lease: 60_000 });
    const engine = createEngine({ backend, agents: [tidy, deaf, frail], grace: 300, ...change });
    engines.push(engine);
    await engine.ready;
    return engine;
  }

  it('go on in another one, behind all that their agents said until they returned', async () => {
    const [one, other] = [await instance(), await instance()];
    const run = await one.start('tidy', { id: 'tidy' });
    const seen = collect(other.events('tidy'));
    await until(() => seen.types.includes('token'), 'the first words');
    const report = await one.close();
    expect(report).toMatchObject({ ended: 0, handedOver: 1, forced: 0, dropped: 0 });
    expect(await codeOf(() => run.result)).toBe('RUN_HANDED_OVER');
    await until(() => seen.ended, 'the end');
    expect(seen.types).toEqual(['started', 'token', 'token', 'checkpoint', 'status', 'complete']);
    expect(seen.events[2]).toMatchObject({ data: { content: 'RUN_HANDED_OVER' } });
    expect(seen.events[4]).toMatchObject({ data: { phase: 'resumed' } });
    expect(seen.events[5]).toMatchObject({ data: { output: 'from 7' } });
    expect(seen.seqs).toEqual([1, 2, 3, 4, 5, 6]);
  }, 60_000);

  it('are taken from agents that hear no signal when their grace is over, whole and once', async () => {
    const [one, other] = [await instance(), await instance()];
    const run = await one.start('deaf', { id: 'deaf' });
    const seen = collect(other.events('deaf'));
    await until(() => seen.events.length > 5, 'some words');
    expect((await one.close()).handedOver).toBe(1);
    expect(await codeOf(() => run.result)).toBe('RUN_HANDED_OVER');
    await until(() => seen.ended, 'the end');
    expect(seen.events.at(-1)).toMatchObject({ type: 'complete', data: { output: 'resumed' } });
    expect(seen.seqs).toEqual(seen.seqs.map((_, at) => at + 1));
    expect(seen.types.slice(-2)).toEqual(['status', 'complete']);
  }, 60_000);

  it('end where nobody can go on with them, or that is not wanted, or a cancel came first', async () => {
    const [one, other] = [await instance({ grace: 5_000 }), await instance()];
    await one.start('frail', { id: 'frail' });
    await one.start(deaf, { id: 'cancelled' });
    await until(() => one.stats.liveRuns === 2, 'both');
    const seen = ['frail', 'cancelled'].map(id => collect(other.events(id)));
    await until(() => seen.every(({ events }) => events.length > 0), 'the beginnings');
    const closing = one.close();
    await other.runs.cancel('cancelled', { reason: 'enough' });
    await until(() => seen.every(({ ended }) => ended), 'the ends');
    expect(seen[0]!.events.at(-1)).toMatchObject({ type: 'cancelled' });
    expect(seen[1]!.events.at(-1)).toMatchObject({ type: 'cancelled', data: { reason: 'enough' } });
    expect(await closing).toMatchObject({ handedOver: 0 });

    const third = await instance();
    await third.start('tidy', { id: 'unwanted' });
    const last = collect(other.events('unwanted'));
    await until(() => last.types.includes('token'), 'the first words');
    expect(await third.close({ handOver: false })).toMatchObject({ ended: 1, handedOver: 0 });
    await until(() => last.ended, 'the end');
    expect(last.events.at(-1)).toMatchObject({ type: 'cancelled' });
  }, 60_000);

  it('are free before all else is done', async () => {
    const [one, other] = [await instance(), await instance()];
    const run = await one.start('tidy', { id: 'freed' });
    run.result.catch(() => undefined);
    const seen = collect(other.events('freed'));
    await until(() => seen.types.includes('token'), 'the first words');
    // Servers of the first one close only when the other one has gone on, and its lease is good until then.
    const closing = one.close({ whenEnded: () => until(() => seen.ended, 'the end by the other one') });
    expect((await closing).handedOver).toBe(1);
    expect(seen.types.slice(-2)).toEqual(['status', 'complete']);
  }, 60_000);
});
