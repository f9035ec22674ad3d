import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import type { RunContext } from '../../../src/run/context.ts';
import { codeOf } from '../../support/code-of.ts';
import { collect } from '../../support/collect.ts';
import type { RedisBackendOptions } from '../../../src/backends/redis/redis-options.ts';
import { faultProxy } from '../../support/fault-proxy.ts';
import { settle, until } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

describe('several engines on one Redis', () => {
  const engines: Engine[] = [];
  afterEach(async () => {
    await Promise.all(engines.splice(0).map(engine => engine.close()));
  });

  const steady = defineAgent({
    name: 'steady',
    run: async ctx => {
      for (let n = 1; n <= 3; n++) await ctx.checkpoint('at', n);
      return new Promise<string>(() => undefined);
    },
    resume: async (ctx, checkpoint) => {
      const from = (checkpoint?.data ?? 0) as number;
      for (let n = from + 1; n <= 5; n++) await ctx.checkpoint('at', n);
      return 'resumed';
    },
  });

  async function instance(change: Partial<RedisBackendOptions> = {}): Promise<Engine> {
    const backend = await lab.open({ lease: 60_000, ...change });
    const engine = createEngine({ backend, agents: [steady], grace: 100, storageTimeout: 20_000 });
    engines.push(engine);
    await engine.ready;
    return engine;
  }

  it('cancel and answer the runs of each other', async () => {
    const [owner, other] = [await instance(), await instance()];
    const asking = await owner.start(async ctx => `heard ${String(await ctx.ask('Go on?'))}`, {
      id: 'asking',
    });
    const seen = collect(other.events('asking'));
    await until(() => seen.types.includes('ask'), 'the question');
    const ask = seen.events.find(event => event.type === 'ask')!;
    await other.runs.answer('asking', ask.data.askId, { value: 'yes', by: 'somebody' });
    expect(await asking.result).toBe('heard yes');
    // The record is told behind the event.
    while ((await other.runs.get('asking')).status !== 'completed') await settle();
    expect(await codeOf(() => other.runs.answer('asking', ask.data.askId, { value: 'again' }))).toBe(
      'RUN_ENDED',
    );

    const run = await owner.start(
      ctx => new Promise(resolve => ctx.signal.addEventListener('abort', () => resolve('stopped'))),
      { id: 'working' },
    );
    const watched = collect(other.events('working'));
    expect(await other.runs.cancel('working', { reason: 'enough' })).toBe('requested');
    await until(() => watched.ended, 'the end');
    expect(watched.events.at(-1)).toMatchObject({ type: 'cancelled', data: { reason: 'enough' } });
    expect(await codeOf(() => run.result)).toBe('RUN_CANCELLED');
    expect(await other.runs.cancel('working')).toBe('cancelled');
  });

  it('give a cancel that was recorded before the end its due', async () => {
    const [owner, other] = [await instance(), await instance()];
    let end!: () => void;
    const run = await owner.start(() => new Promise<void>(resolve => (end = resolve)), { id: 'race' });
    await until(() => end !== undefined, 'the agent');
    await other.runs.cancel('race', { reason: 'first' });
    end();
    expect(await codeOf(() => run.result)).toBe('RUN_CANCELLED');
    const { items } = await other.events.search('race');
    expect((items as RunEvent[]).map(({ type }) => type)).toEqual(['started', 'cancelled']);
    expect((items as RunEvent[]).at(-1)!.data).toEqual({ reason: 'first' });
  });

  it('end or take over the runs of one that is cut off, and fence it', async () => {
    const proxy = await faultProxy(lab.server.port);
    const gone = await instance({ url: `redis://127.0.0.1:${proxy.port}`, lease: 1_000, timeout: 1_000 });
    const other = await instance({ lease: 1_000 });
    const resumes = await gone.start('steady', { id: 'resumes' });
    let late!: RunContext;
    const lost = await gone.start(
      ctx => {
        late = ctx;
        return new Promise(() => undefined);
      },
      { id: 'lost' },
    );
    await gone.start(() => new Promise(() => undefined), { id: 'late-cancel' });
    const seen = ['resumes', 'lost', 'late-cancel'].map(id => collect(other.events(id)));
    await until(
      () => seen[0]!.events.length >= 4 && seen.every(({ events }) => events.length > 0),
      'all events',
    );
    // From now on it reaches nothing, and believes that it still has its runs.
    proxy.plan = () => ({ side: 'request', after: 0, how: 'cut' });
    proxy.cutAll();
    expect(await other.runs.cancel('late-cancel', { reason: 'nobody hears it' })).toBe('requested');
    await until(() => seen.every(({ ended }) => ended), 'the ends');
    expect(seen[0]!.types).toEqual([
      ...[
        'started',
        'checkpoint',
        'checkpoint',
        'checkpoint',
        'status',
        'checkpoint',
        'checkpoint',
        'complete',
      ],
    ]);
    expect(seen[0]!.events.at(-1)).toMatchObject({ data: { output: 'resumed' } });
    expect(seen[1]!.events.at(-1)).toMatchObject({ type: 'error', data: { code: 'OWNER_LOST' } });
    expect(seen[2]!.events.at(-1)).toMatchObject({ type: 'cancelled', data: { reason: 'nobody hears it' } });
    for (const { seqs } of seen) expect(seqs).toEqual(seqs.map((_, at) => at + 1));
    // It comes back, and what it says is refused.
    proxy.plan = () => undefined;
    late.token('too late');
    await until(() => lost.status === 'failed', 'the fence');
    expect(await codeOf(() => lost.result)).toBe('STORAGE_LOST');
    expect(collect(other.events('lost')).types).not.toContain('token');
    await gone.close();
    expect(await codeOf(() => resumes.result)).toBe('STORAGE_LOST');
    await proxy.close();
  });

  it('leave a run to those that know its agent', async () => {
    const owner = await instance();
    const stranger = createEngine({ backend: await lab.open({ lease: 60_000 }) });
    engines.push(stranger);
    await stranger.ready;
    const run = await owner.start('steady', { id: 'left' });
    const seen = collect(stranger.events('left'));
    await until(() => seen.types.filter(type => type === 'checkpoint').length === 3, 'its checkpoints');
    const handedOver = codeOf(() => run.result);
    await owner.close();
    expect(await handedOver).toBe('RUN_HANDED_OVER');
    // Whoever is asked for a run that nobody has looks after it at once.
    await codeOf(() => stranger.runs.answer('left', 'nobody-asked', { value: 1 }));
    expect((await stranger.runs.get('left')).status).toBe('running');
    await instance();
    await until(() => seen.ended, 'the end');
    expect(seen.events.at(-1)).toMatchObject({ type: 'complete', data: { output: 'resumed' } });
  });
});
