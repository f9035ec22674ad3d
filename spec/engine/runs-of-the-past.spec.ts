import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fileBackend } from '../../src/backends/file/file-backend.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import type { AppendEvent } from '../../src/run/appender.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf } from '../support/code-of.ts';

const BEGAN = '2020-01-02T03:04:05.000Z';
const at = (second: number): string => new Date(Date.parse(BEGAN) + second * 1_000).toISOString();
const token = (content: string, time?: string): AppendEvent => ({
  ...{ type: 'token', data: { content } },
  ...(time !== undefined && { time }),
});

describe('runs of the past', () => {
  const clock = new ManualClock(Date.parse('2026-01-01T00:00:00Z'));
  let engine: Engine;
  beforeEach(() => {
    engine = createEngine({ clock, grace: 0 });
  });
  afterEach(async () => {
    const closed = engine.close();
    clock.advance(10_000);
    await closed;
  });

  async function told(id: string): Promise<(readonly [type: string, time: string])[]> {
    const { items } = await engine.events.search(id, { limit: 1_000 });
    return (items as RunEvent[]).map(({ type, time }) => [type, time] as const);
  }

  it('have the times of their importer, from the first event to the end', async () => {
    const { id, append } = await opened();
    await append([token('a', at(1)), token('b', at(60)), { type: 'complete', data: {}, time: at(61.5) }]);
    expect(await told(id)).toEqual([
      ['started', BEGAN],
      ['token', at(1)],
      ['token', at(60)],
      ['complete', at(61.5)],
    ]);
    const { items } = await engine.events.search(id, { order: 'desc', limit: 1 });
    expect(items[0]).toMatchObject({ data: { durationMs: 61_500 } });
    expect(await engine.runs.get(id)).toMatchObject({
      status: 'completed',
      createdAt: new Date(clock.now()).toISOString(),
      startedAt: BEGAN,
      endedAt: at(61.5),
    });
  });

  it('never run backwards, or ahead of the clock, and what says no time has that of the event before', async () => {
    const { id, append } = await opened();
    const late = new Date(clock.now() + 1_000).toISOString();
    await append([token('a', at(5)), token('b', at(3)), token('c'), token('d', at(-1))]);
    await engine.runs.cancel(id);
    await append([token('e', '2020-01-02T04:04:11+01:00'), { type: 'cancelled', data: {} }]);
    expect((await told(id)).map(([, time]) => time)).toEqual([
      BEGAN,
      ...Array<string>(4).fill(at(5)),
      at(6),
      at(6),
    ]);
    const other = await opened();
    await other.append([token('a', late), { type: 'complete', data: {} }]);
    expect((await told(other.id)).at(-1)).toEqual(['complete', new Date(clock.now()).toISOString()]);
  });

  it('end by the clock where their writer falls silent, in the words of their own time', async () => {
    const { id, append } = await opened({ idle: 1_000 });
    await append([token('a', at(7))]);
    clock.advance(60_000);
    await engine.runs.get(id);
    expect((await told(id)).at(-1)).toEqual(['error', at(7)]);
  });

  it('are refused where times have no place, before anything is written', async () => {
    const { id } = await engine.open();
    for (const time of [BEGAN, 5, null]) {
      const events = [token('a'), { ...token('b'), time } as never];
      expect(await codeOf(() => engine.append(id, events))).toBe('BAD_EVENT');
    }
    expect(await told(id)).toHaveLength(1);
    const past = await opened();
    for (const time of ['yesterday', '2020-01-02', '2020-13-02T00:00:00Z', '2020-01-02T03:04:05', 7]) {
      expect(await codeOf(() => past.append([{ ...token('a'), time } as never]))).toBe('BAD_EVENT');
      expect(await codeOf(() => engine.open({ startedAt: time as never }))).toBe('BAD_OPTION');
    }
    expect(await codeOf(() => engine.start(() => 1, { startedAt: BEGAN } as object))).toBe('BAD_OPTION');
  });

  it('are another request when they began at another time', async () => {
    await opened({ idempotencyKey: 'k' });
    expect(await codeOf(() => opened({ idempotencyKey: 'k', startedAt: at(1) }))).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
  });

  it('have times in order, whatever their importer says', async () => {
    const seconds = fc.option(fc.integer({ min: -100, max: 100_000 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.array(seconds, { minLength: 1, maxLength: 50 }), async times => {
        const { id, append } = await opened();
        await append(times.map(second => token('x', second === undefined ? undefined : at(second))));
        let latest = 0;
        const expected = times.map(second => at((latest = Math.max(latest, second ?? 0))));
        expect((await told(id)).slice(1).map(([, time]) => time)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('stay of the past when another process goes on with them', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-past-'));
    try {
      const first = createEngine({ clock, grace: 0, backend: await fileBackend({ dir, clock }) });
      const { id } = await first.open({ startedAt: BEGAN });
      await first.append(id, [token('a', at(1))]);
      await first.close();
      const second = createEngine({ clock, grace: 0, backend: await fileBackend({ dir, clock }) });
      await second.ready;
      await second.append(id, [token('b', at(2)), token('c'), { type: 'complete', data: {} }]);
      const { items } = await second.events.search(id, { limit: 10 });
      expect((items as RunEvent[]).map(({ time }) => time)).toEqual([BEGAN, at(1), at(2), at(2), at(2)]);
      expect(await second.runs.get(id)).toMatchObject({ startedAt: BEGAN, endedAt: at(2) });
      await second.close();
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  async function opened(options: object = {}) {
    const { id } = await engine.open({ startedAt: BEGAN, ...options });
    return { id, append: (events: readonly AppendEvent[]) => engine.append(id, events) };
  }
});
