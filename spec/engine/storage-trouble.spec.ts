import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { isSluiceError } from '../../src/errors/sluice-error.ts';
import { isNotice } from '../../src/event/notice.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import type { RunItem } from '../../src/run/window.ts';
import { codeOf } from '../support/code-of.ts';
import { collect } from '../support/collect.ts';
import { settle } from '../support/settle.ts';
import { ShakyBackend, type Mood } from '../support/shaky-backend.ts';

const MOODS: Mood[] = ['refuses', 'throws', 'loses its answer'];

describe('a store that is away', () => {
  let clock: ManualClock;
  let shaky: ShakyBackend;
  let engine: Engine;
  beforeEach(() => {
    clock = new ManualClock();
    shaky = new ShakyBackend(clock);
    engine = createEngine({ backend: shaky.backend, clock, storageTimeout: 60_000, idle: Infinity });
  });
  afterEach(async () => {
    shaky.mood = 'well';
    const closing = engine.close();
    await pass(10_000);
    await closing;
    expect(engine.stats.deadlines).toBe(0);
  });

  /** Lets time go by, and what it leads to happen. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      await settle();
      clock.advance(Math.min(left, 500));
    }
    await settle();
  }

  /** What a pull reader is given, and how it ends. */
  function pull(run: AsyncIterable<RunItem>): { items: RunItem[]; error: unknown; isDone: boolean } {
    const seen = { items: [] as RunItem[], error: undefined as unknown, isDone: false };
    void (async () => {
      try {
        for await (const item of run) seen.items.push(item);
      } catch (error) {
        seen.error = error;
      }
      seen.isDone = true;
    })();
    return seen;
  }

  const told = (items: readonly RunItem[]): string[] =>
    items.map(item => (isNotice(item) ? item.notice : item.type === 'token' ? item.data.content : item.type));

  it.each(MOODS)('and %s for half a minute costs nothing but time', async mood => {
    const writer = await engine.open({ id: 'r' });
    const pushed = collect(writer.run);
    const pulled = pull(writer.run);
    writer.token('a');
    await settle();
    shaky.mood = mood;
    const since = clock.now();
    writer.token('b');
    await settle();
    writer.token('c');
    await pass(30_000);
    expect(shaky.attempts).toBeGreaterThan(5);
    expect(shaky.attempts).toBeLessThan(60);
    shaky.mood = 'well';
    await pass(10_000);
    await writer.complete();
    await settle();
    expect(told(pushed.items)).toEqual(['started', 'a', 'degraded', 'b', 'c', 'complete']);
    expect(pulled.isDone).toBe(true);
    // What is stored is to be read, also before the writer knows.
    const isEarly = mood === 'loses its answer';
    const [third, fourth] = isEarly ? ['b', 'degraded'] : ['degraded', 'b'];
    expect(told(pulled.items)).toEqual(['started', 'a', third, fourth, 'c', 'complete']);
    expect(pushed.items.find(isNotice)).toEqual({
      ...{ notice: 'degraded', runId: 'r', since: new Date(since).toISOString() },
    });
  });

  it.each([...MOODS, 'hangs'] as Mood[])(
    'and %s for too long ends its runs here, and there when it is back',
    async mood => {
      const shared: { signal?: AbortSignal } = {};
      shaky.only = 'r';
      const run = await engine.start(
        ctx => {
          shared.signal = ctx.signal;
          return new Promise(() => undefined);
        },
        { id: 'r' },
      );
      const other = await engine.open({ id: 'other' });
      await settle();
      const pushed = collect(run);
      const pulled = pull(run);
      shaky.mood = mood;
      const emitted = engine.open({ id: 'unrelated' });
      void run.cancel().catch(() => undefined);
      await pass(90_000);
      await emitted;
      expect(isSluiceError(pushed.error, 'STORAGE_LOST')).toBe(true);
      // Its end was stored, though nobody said so.
      if (mood === 'loses its answer') expect(told(pulled.items).at(-1)).toBe('cancelled');
      else expect(isSluiceError(pulled.error, 'STORAGE_LOST')).toBe(true);
      expect(told(pulled.items).slice(0, 1)).toEqual(['started']);
      expect(shared.signal!.aborted).toBe(true);
      expect(await codeOf(() => run.result)).toBe('STORAGE_LOST');
      other.token('still here');
      await other.complete();
      expect(told((await engine.events.search('other')).items)).toEqual([
        'started',
        'still here',
        'complete',
      ]);

      shaky.mood = 'well';
      await pass(20_000);
      const { items, ended } = await engine.events.search('r');
      expect(ended).toBe(true);
      expect(items.filter(item => !isNotice(item) && item.final)).toHaveLength(1);
      expect(collect(engine.events('r')).completed).toBe(true);
      const { status } = await engine.runs.get('r');
      expect(['failed', 'cancelled']).toContain(status);
    },
  );

  it('is not asked again where that is not wanted', async () => {
    const strict = createEngine({ backend: shaky.backend, clock, storageTimeout: 0 });
    const writer = await strict.open({ id: 'strict' });
    const pulled = pull(writer.run);
    await settle();
    shaky.mood = 'refuses';
    writer.token('a');
    await settle();
    expect(shaky.attempts).toBe(1);
    expect(isSluiceError(pulled.error, 'STORAGE_LOST')).toBe(true);
  });
});
