import { afterAll, describe, expect, it } from '@jest/globals';
import { lastValueFrom, toArray } from 'rxjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileBackend } from '../../src/backends/file/file-backend.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import type { Backend } from '../../src/backends/backend.ts';
import { redisBackend } from '../../src/backends/redis/redis-backend.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { onlyEvents } from '../../src/operators/only-events.ts';
import { createContext } from '../../src/run/queue-context.ts';
import { foldRun } from '../../src/event/fold-run.ts';
import { emptyRun } from '../../src/event/run-state.ts';
import { codeOf, thrownBy } from '../support/code-of.ts';
import { redisServer } from '../support/redis-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-checkpoints-'));
const cleanups: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const clean of cleanups) await clean();
  rmSync(folder, { recursive: true, force: true });
});

const BACKENDS: readonly (readonly [string, () => Backend | Promise<Backend>])[] = [
  ['memory', () => memoryBackend()],
  ['file', () => fileBackend({ dir: folder })],
  [
    'redis',
    async () => {
      const server = await redisServer();
      cleanups.push(() => server.close());
      return redisBackend({ url: server.url });
    },
  ],
];

describe.each(BACKENDS)('checkpoints and numbers of runs, %s', (_, open) => {
  it('are the same everywhere', async () => {
    const engine = createEngine({ backend: await open() });
    const run = await engine.start(
      async ctx => {
        for (let n = 1; n <= 120; n++) await ctx.checkpoint(n % 2 ? 'odd' : 'even', n);
      },
      { id: 'saves' },
    );
    await run.result;
    const numbers = async (query?: Parameters<Engine['runs']['checkpoints']>[1]): Promise<unknown[]> =>
      (await engine.runs.checkpoints('saves', query)).map(({ data }) => data.data);
    expect(await numbers()).toEqual(Array.from({ length: 50 }, (_none, at) => 120 - at));
    expect(await numbers({ limit: 3, name: 'odd' })).toEqual([119, 117, 115]);
    const [last] = (await engine.runs.checkpoints('saves', { limit: 1_000, name: 'odd' })).slice(-2);
    expect(await numbers({ before: last!.seq })).toEqual([2, 1]);
    expect(await numbers({ name: 'none' })).toEqual([]);
    expect((await engine.runs.checkpoint('saves'))?.data).toEqual({ name: 'even', data: 120 });
    expect(await codeOf(() => engine.runs.checkpoints('nobody'))).toBe('RUN_NOT_FOUND');
    expect(await codeOf(() => engine.runs.checkpoints('saves', { tenantId: 'other' }))).toBe('RUN_NOT_FOUND');
    expect(await codeOf(() => engine.runs.checkpoints('saves', { limit: 0 }))).toBe('BAD_OPTION');
    expect(await codeOf(() => engine.runs.checkpoints('saves', { before: 0 }))).toBe('BAD_OPTION');

    const failed = await engine.start(() => Promise.reject(new Error('x')), { id: 'fails' });
    await failed.result.catch(() => undefined);
    const held = await engine.open({ id: 'held' });
    await engine.start(() => 1, { id: 'theirs', tenantId: 'other' }).then(({ result }) => result);
    const none = { accepted: 0, running: 0, waiting: 0, completed: 0, failed: 0, cancelled: 0 };
    expect(await engine.runs.stats()).toEqual({
      ...{ total: 3, byStatus: { ...none, completed: 1, failed: 1, running: 1 } },
    });
    expect(await engine.runs.stats({ tenantId: 'other' })).toEqual({
      ...{ total: 1, byStatus: { ...none, completed: 1 } },
    });
    expect(await engine.runs.stats({ tenantId: 'nobody' })).toEqual({ total: 0, byStatus: none });
    await held.cancel();
    expect((await engine.runs.stats()).byStatus).toEqual({ ...none, completed: 1, failed: 1, cancelled: 1 });
    await engine.close();
  }, 60_000);
});

describe('runs.stats', () => {
  it('counts more than a page of runs', async () => {
    const engine = createEngine();
    for (let at = 0; at < 1_050; at++) await (await engine.start(() => at)).result;
    expect((await engine.runs.stats()).byStatus.completed).toBe(1_050);
    await engine.close();
  });
});

describe('saving a checkpoint', () => {
  const shown = ({ type, data }: { readonly type: string; readonly data: object }): unknown => [type, data];

  it('tells status and progress where it is asked to', async () => {
    const engine = createEngine();
    const run = await engine.start(async ctx => {
      await ctx.checkpoint('plain', 1);
      ctx.token('a');
      const saved = ctx.checkpoint('half', { at: 5 }, { status: true, progress: 0.5 });
      ctx.token('b');
      expect(await saved).toMatchObject({ outcome: 'stored', seq: 4 });
      await ctx.checkpoint('most', 2, {
        status: 'nearly there',
        progress: { current: 3, total: 4 },
        node: 'n',
      });
      await ctx.checkpoint('all', 3, { status: false, progress: { current: 0, total: 0 } });
    });
    const events = await lastValueFrom(run.pipe(onlyEvents(), toArray()));
    expect(events.slice(1, -1).map(shown)).toEqual([
      ['checkpoint', { name: 'plain', data: 1 }],
      ['token', { content: 'a' }],
      ['checkpoint', { name: 'half', data: { at: 5 } }],
      ['status', { status: 'running', phase: 'half' }],
      ['progress', { step: 'half', fraction: 0.5 }],
      ['token', { content: 'b' }],
      ['checkpoint', { name: 'most', data: 2 }],
      ['status', { status: 'running', phase: 'most', message: 'nearly there' }],
      ['progress', { step: 'most', fraction: 0.75, current: 3, total: 4 }],
      ['checkpoint', { name: 'all', data: 3 }],
      ['progress', { step: 'all', fraction: 1, current: 0, total: 0 }],
    ]);
    expect(events.filter(({ node }) => node === 'n').map(({ type }) => type)).toEqual([
      ...['checkpoint', 'status', 'progress'],
    ]);
    const state = events.slice(0, 10).reduce(foldRun, emptyRun);
    expect([state.status, state.phase, state.progress?.fraction]).toEqual(['running', 'most', 0.75]);
    await engine.close();
  });

  it('says of a run that waits that it waits', async () => {
    const engine = createEngine();
    const run = await engine.start(async ctx => {
      const asked = ctx.ask('Go on?', { timeout: 60_000 });
      await ctx.checkpoint('aside', 1, { status: true });
      await engine.runs.cancel(ctx.runId);
      await asked;
    });
    const events = await lastValueFrom(run.pipe(onlyEvents(), toArray()));
    const said = events.find(({ type, data }) => type === 'status' && 'phase' in data);
    expect(said?.data).toEqual({ status: 'waiting', phase: 'aside' });
    await engine.close();
  });

  it('checks all before it says anything', () => {
    const context = createContext();
    const wrong = [
      { progress: 2 },
      { progress: Number.NaN },
      { progress: { current: 2, total: 1 } },
      { status: 7 },
    ];
    for (const options of wrong) {
      expect(thrownBy(() => void context.checkpoint('x', 1, options as never))).toBe('BAD_EVENT');
    }
    expect(context.size).toBe(0);
    void context.checkpoint('x', 1, { status: true, progress: 1 });
    expect(context.drain().map(({ type }) => type)).toEqual(['checkpoint', 'status', 'progress']);
  });

  it('is heard from a producer outside', async () => {
    const engine = createEngine();
    const writer = await engine.open({ id: 'outside' });
    await writer.checkpoint('one', 1, { status: 'first', progress: 0.5 });
    await writer.complete();
    const events = await lastValueFrom(writer.run.pipe(onlyEvents(), toArray()));
    expect(events.slice(-3, -1).map(shown)).toEqual([
      ['status', { status: 'running', phase: 'one', message: 'first' }],
      ['progress', { step: 'one', fraction: 0.5 }],
    ]);
    await engine.close();
  });
});
