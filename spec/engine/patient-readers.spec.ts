import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { isSluiceError } from '../../src/errors/sluice-error.ts';
import { isNotice } from '../../src/event/notice.ts';
import type { RunItem } from '../../src/run/window.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf } from '../support/code-of.ts';
import { collect } from '../support/collect.ts';
import { settle } from '../support/settle.ts';
import { ShakyBackend, type Mood } from '../support/shaky-backend.ts';

const MOODS: Mood[] = ['refuses', 'throws', 'hangs'];

describe('readers of a store that is away', () => {
  let clock: ManualClock;
  let shaky: ShakyBackend;
  let engine: Engine;
  beforeEach(() => {
    clock = new ManualClock();
    shaky = new ShakyBackend(clock);
    engine = createEngine({ backend: shaky.backend, clock, storageTimeout: 60_000, idle: Infinity });
  });
  afterEach(async () => {
    shaky.reading = 'well';
    const closing = engine.close();
    await pass(10_000);
    await closing;
    expect(engine.stats.deadlines).toBe(0);
  });

  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      await settle();
      clock.advance(Math.min(left, 500));
    }
    await settle();
  }

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

  it.each(MOODS)('that %s for half a minute are told so once, and go on where they were', async mood => {
    const writer = await engine.open({ id: 'r' });
    writer.token('a');
    const pulled = pull(writer.run);
    const pushed = collect(engine.events('r'));
    await settle();
    shaky.reading = mood;
    const since = clock.now();
    writer.token('b');
    await pass(15_000);
    writer.token('c');
    await pass(15_000);
    expect([told(pulled.items), told(pushed.items)]).toEqual([
      ['started', 'a', 'degraded'],
      ['started', 'a', 'degraded'],
    ]);
    // Two readers, each with one attempt at a time.
    expect(shaky.reads).toBeGreaterThan(4);
    expect(shaky.reads).toBeLessThan(80);
    shaky.reading = 'well';
    await pass(15_000);
    await writer.complete();
    await settle();
    expect(told(pulled.items)).toEqual(['started', 'a', 'degraded', 'b', 'c', 'complete']);
    expect(told(pushed.items)).toEqual(told(pulled.items));
    expect([pulled.isDone, pulled.error, pushed.completed]).toEqual([true, undefined, true]);
    expect(pulled.items.find(isNotice)).toEqual({
      ...{ notice: 'degraded', runId: 'r', since: new Date(since).toISOString() },
    });
  });

  it.each(MOODS)('that %s for too long fail, and ask no more', async mood => {
    const writer = await engine.open({ id: 'r' });
    const pulled = pull(writer.run);
    const pushed = collect(engine.events('r'));
    await settle();
    shaky.reading = mood;
    writer.token('a');
    await pass(55_000);
    expect([pulled.isDone, pushed.ended]).toEqual([false, false]);
    await pass(30_000);
    for (const { error } of [pulled, pushed]) expect(isSluiceError(error, 'STORAGE_LOST')).toBe(true);
    const { reads } = shaky;
    await pass(30_000);
    expect(shaky.reads).toBe(reads);
  });

  it('are told again of a second time of trouble', async () => {
    const writer = await engine.open({ id: 'r' });
    const pulled = pull(writer.run);
    await settle();
    for (const text of ['a', 'b']) {
      shaky.reading = 'refuses';
      writer.token(text);
      await pass(2_000);
      shaky.reading = 'well';
      await pass(10_000);
    }
    expect(told(pulled.items)).toEqual(['started', 'degraded', 'a', 'degraded', 'b']);
  });

  it('cost nothing once they have left, and wait for nothing where that is not wanted', async () => {
    const writer = await engine.open({ id: 'r' });
    const iterator = writer.run[Symbol.asyncIterator]();
    await iterator.next();
    shaky.reading = 'refuses';
    const subscription = engine.events('r').subscribe({ error: () => undefined });
    const next = iterator.next();
    writer.token('a');
    await pass(2_000);
    expect((await next).value).toMatchObject({ notice: 'degraded' });
    void iterator.next().catch(() => undefined);
    await pass(1_000);
    await iterator.return!();
    subscription.unsubscribe();
    await pass(1_000);
    const { reads } = shaky;
    await pass(30_000);
    expect(shaky.reads).toBe(reads);
    expect(await codeOf(() => engine.events.search('r'))).toBe('STORAGE_LOST');
    const impatient = await engine.events.read('r', { patient: false });
    expect(await codeOf(async () => impatient.read())).toBe('STORAGE_LOST');
  });
});
