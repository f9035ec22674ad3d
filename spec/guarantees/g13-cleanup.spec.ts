import { describe, expect, it, jest } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { collect } from '../support/collect.ts';
import { heapUsed, LEFT_OF_10_000 } from '../support/heap-used.ts';
import { settle } from '../support/settle.ts';

// Many random runs: a deadline that only a fault reaches, also on a busy machine.
jest.setTimeout(60_000);

const RUNS = 10_000;
const TTL = 60_000;

function timers(): number {
  return process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
}

/** One run of each kind, watched in every way, to its end. */
async function oneOfEach(engine: ReturnType<typeof createEngine>, at: number): Promise<void> {
  const kind = at % 5;
  if (kind === 4) {
    const writer = await engine.open({ idempotencyKey: `key ${at}` });
    writer.token('x');
    const iterator = writer.run[Symbol.asyncIterator]();
    await iterator.next();
    return writer.complete();
  }
  const run = await engine.start(
    async ctx => {
      ctx.token('x');
      if (kind === 1) throw new Error('failed');
      if (kind === 2) await new Promise(resolve => ctx.signal.addEventListener('abort', resolve));
      if (kind === 3) await ctx.ask('Go on?', { timeout: 1_000, default: 'yes' }).catch(() => undefined);
    },
    { input: { at }, labels: { at: String(at) }, threadId: `thread-${at}`, idempotencyKey: `key ${at}` },
  );
  const reader = collect(run);
  collect(engine.events(run.id));
  const left = run.subscribe();
  if (kind === 2) await run.cancel();
  if (kind === 3) {
    await Promise.resolve();
    const ask = reader.events.find(event => event.type === 'ask');
    if (ask) await engine.runs.answer(run.id, ask.data.askId, { value: 'no' });
  }
  left.unsubscribe();
  await run.result.catch(() => undefined);
}

describe('G13: after many runs', () => {
  it('everything is back where it began', async () => {
    const clock = new ManualClock();
    const backend = memoryBackend({ clock });
    const engine = createEngine({ backend, clock, ttl: TTL });
    const observation = engine.observe(() => undefined);

    const round = async (count: number): Promise<void> => {
      for (let at = 0; at < count; at++) await oneOfEach(engine, at);
      await settle();
      expect(engine.stats).toEqual({ liveRuns: 0, observers: 1, deadlines: 0 });
      clock.advance(TTL * 3);
      expect((await engine.runs.list()).runs).toEqual([]);
    };

    // The first runs compile the code and fill what is kept for use again.
    await round(1_000);
    const [heap, busy, alarms] = [heapUsed(), timers(), clock.pending];
    await round(RUNS);
    // Others in this process may have ended theirs meanwhile.
    expect(timers()).toBeLessThanOrEqual(busy);
    expect(clock.pending).toBeLessThanOrEqual(alarms);
    expect(heapUsed() - heap).toBeLessThan(LEFT_OF_10_000);
    expect(observation.seen).toBeGreaterThan(RUNS * 3);

    await engine.close();
    expect([clock.pending, engine.stats]).toEqual([0, { liveRuns: 0, observers: 0, deadlines: 0 }]);
  });

  it('a run goes after its time to live, counted from its last activity, with its events and its key', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock, ttl: TTL });
    const start = () => engine.start(() => 'done', { id: 'r', idempotencyKey: 'key' });
    const run = await start();
    await run.result;
    clock.advance(TTL - 1);
    expect(await engine.runs.get('r')).toMatchObject({ status: 'completed' });
    const reader = collect(engine.events('r', { after: 'start' }));
    expect(reader.completed).toBe(true);
    clock.advance(TTL);
    await expect(engine.runs.get('r')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(engine.events.latest('r')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    const second = await start();
    expect(await second.result).toBe('done');
    expect(second.cursor).not.toBe(run.cursor);
    await engine.close();
    expect(clock.pending).toBe(0);
  });

  it('and one that works stays, however long it takes', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock, ttl: TTL, maxDuration: Infinity });
    let finish!: () => void;
    const run = await engine.start(() => new Promise<void>(resolve => (finish = resolve)));
    await settle();
    clock.advance(TTL * 100);
    expect(await engine.runs.get(run.id)).toMatchObject({ status: 'running' });
    finish();
    await run.result;
    clock.advance(TTL * 3);
    await expect(engine.runs.get(run.id)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await engine.close();
  });
});
