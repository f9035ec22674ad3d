import { describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { memoryBackend } from '../../../src/backends/memory/memory-backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { memoryCursorStore, type CursorStore } from '../../../src/engine/sinks/cursor-store.ts';
import type { Sink, SinkRun } from '../../../src/engine/sinks/sink.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { thrownBy } from '../../support/code-of.ts';
import { settle, until } from '../../support/settle.ts';

// Many runs, tried many times: a deadline that only a fault reaches.
jest.setTimeout(60_000);

type Engine = ReturnType<typeof createEngine>;

async function talk(
  engine: Engine,
  texts: readonly string[],
  options: { id?: string; tenantId?: string } = {},
) {
  const run = await engine.start(ctx => texts.forEach(text => ctx.token(text)), options);
  await run.result;
  return run;
}

/** Notes every write, and what is wrong with it: in order, none left out; again is allowed, from any place before. */
class Notes implements Sink {
  readonly writes: string[] = [];
  readonly notices: string[] = [];
  readonly faults: string[] = [];
  readonly seqs = new Map<string, number>();

  write(events: readonly RunEvent[], { runId }: SinkRun): unknown {
    this.writes.push(`${runId} ${events[0]!.seq}-${events.at(-1)!.seq}`);
    events.forEach((event, at) => {
      const seen = this.seqs.get(runId) ?? 0;
      if (event.runId !== runId) this.faults.push(`${event.runId} among ${runId}`);
      if (at > 0 && event.seq !== events[at - 1]!.seq + 1)
        this.faults.push(`${runId}: ${event.seq} inside of a write`);
      if (event.seq > seen + 1) this.faults.push(`${runId}: ${event.seq} after ${seen}`);
      if (event.seq === seen + 1) this.seqs.set(runId, event.seq);
    });
    return undefined;
  }

  notice(notice: { notice: string; reason?: string }, { runId }: SinkRun): void {
    this.notices.push(`${runId} ${notice.notice} ${notice.reason}`);
  }
}

describe('a sink', () => {
  it('is given the runs that exist and those that come, in the order of each, and goes on where it was', async () => {
    const engine = createEngine();
    const store = memoryCursorStore();
    await talk(engine, ['a', 'b'], { id: 'before' });
    const notes = new Notes();
    const first = engine.sink(notes, { name: 'audit', store });
    await talk(engine, ['a'], { id: 'during' });
    await first.flush();
    expect(notes.writes.sort()).toEqual(['before 1-4', 'during 1-3']);
    expect([first.written, first.retries, first.runs, first.health]).toEqual([7, 0, 0, 'ok']);
    expect(await first.close()).toEqual({ left: 0 });
    await talk(engine, [], { id: 'between' });
    const second = engine.sink(notes, { name: 'audit', store });
    await second.flush();
    expect(notes.writes.slice(2)).toEqual(['between 1-2']);
    expect([notes.faults, notes.notices, first.health]).toEqual([[], [], 'closed']);
    expect(await engine.close()).toMatchObject({ unfinished: [] });
  });

  it('is given the end of every run before the engine has closed', async () => {
    const engine = createEngine();
    const notes = new Notes();
    const types: string[] = [];
    engine.sink(
      { write: (events, run) => (types.push(...events.map(({ type }) => type)), notes.write(events, run)) },
      { name: 'audit' },
    );
    await engine.start(({ signal }) => new Promise(resolve => signal.addEventListener('abort', resolve)));
    await settle();
    await engine.close();
    expect([types, notes.faults]).toEqual([['started', 'cancelled'], []]);
  });

  it('gets everything at least once, in order, however often it fails and is killed', async () => {
    const outcome = fc.constantFrom(
      'ok',
      'ok',
      'ok',
      'throws',
      'writes and throws',
      'is killed',
      'is killed before its cursor',
    );
    const act = fc.oneof(
      fc.record({ run: fc.nat(2), say: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ wait: fc.nat(3) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          acts: fc.array(act, { maxLength: 20 }),
          outcomes: fc.array(outcome, { maxLength: 12 }),
          maxBatch: fc.constantFrom(1, 2, 100),
          concurrency: fc.constantFrom(1, 3),
        }),
        async ({ acts, outcomes, maxBatch, concurrency }) => {
          const engine = createEngine();
          const kept = memoryCursorStore();
          const notes = new Notes();
          let next = 0;
          let restart: () => void = () => undefined;
          const open = () => {
            let isDead = false;
            const dying = (): never => {
              if (!isDead) restart();
              isDead = true;
              throw new Error('killed');
            };
            let diesAtCursor = false;
            const store: CursorStore = {
              ...kept,
              set: (key, cursor) => {
                if (isDead || diesAtCursor) dying();
                return kept.set(key, cursor);
              },
            };
            const sink: Sink = {
              write: (events, run) => {
                if (isDead) throw new Error('dead');
                const outcome = outcomes[next++] ?? 'ok';
                if (outcome === 'throws') throw new Error('throws');
                if (outcome === 'is killed') dying();
                notes.write(events, run);
                if (outcome === 'writes and throws') throw new Error('throws');
                if (outcome === 'is killed before its cursor') diesAtCursor = true;
                return undefined;
              },
            };
            return engine.sink(sink, {
              name: 'audit',
              store,
              maxBatch,
              concurrency,
              longestRetry: 1,
              onError: () => undefined,
            });
          };
          let handle = open();
          let isRestarting: Promise<unknown> = Promise.resolve();
          restart = () => {
            const old = handle;
            isRestarting = isRestarting.then(() => old.close({ timeout: 0 })).then(() => (handle = open()));
          };
          const writers = await Promise.all([0, 1, 2].map(run => engine.open({ id: `run-${run}` })));
          for (const one of acts) {
            if ('wait' in one)
              for (let turn = 0; turn < one.wait; turn++) await new Promise(resolve => setImmediate(resolve));
            else for (let said = 0; said < one.say; said++) writers[one.run]!.token('x');
          }
          for (const writer of writers) await writer.complete();
          const expected = await Promise.all(writers.map(({ run }) => engine.events.tip(run.id)));
          const isAll = () => writers.every(({ run }, at) => notes.seqs.get(run.id) === expected[at]!.seq);
          await until(isAll, 'everything at least once');
          // The last kill may come while its flush is waited for.
          for (let flushed; flushed !== handle;) {
            await isRestarting;
            flushed = handle;
            await flushed.flush();
            await isRestarting;
          }
          expect(notes.faults).toEqual([]);
          const cursors = writers.map(({ run }) => kept.get(`audit/default/${run.id}`));
          expect(cursors).toEqual(expected.map(({ cursor }) => cursor));
          await engine.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('that is too slow is told what retention took, and holds nothing meanwhile', async () => {
    const engine = createEngine({ limits: { keptEvents: 64 } });
    const notes = new Notes();
    let isOpen = false;
    const sink: Sink = {
      write: (events, run) => {
        if (!isOpen) throw new Error('not yet');
        return notes.write(events, run);
      },
      notice: (notice, run) => notes.notice(notice, run),
    };
    const handle = engine.sink(sink, { name: 'audit', longestRetry: 5, onError: () => undefined });
    const writer = await engine.open({ id: 'r' });
    await until(() => handle.retries > 0);
    expect(handle.health).toBe('failing');
    for (let at = 0; at < 500; at++) writer.token('x');
    await writer.complete();
    isOpen = true;
    await handle.flush();
    expect([notes.notices, handle.health]).toEqual([['r gap trimmed'], 'ok']);
    expect(notes.writes.at(-1)).toMatch(/-502$/);
    await engine.close();
  });

  it('that never answers has its time, and is tried again', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock });
    const errors: unknown[] = [];
    let tries = 0;
    const write = () => (++tries === 1 ? new Promise(() => undefined) : undefined);
    const handle = engine.sink(
      { write },
      { name: 'audit', timeout: 1_000, onError: error => errors.push((error as { code?: unknown }).code) },
    );
    await talk(engine, []);
    await until(() => tries === 1);
    clock.advance(2_000);
    await settle();
    clock.advance(2_000);
    await handle.flush();
    expect([tries, errors, handle.written]).toEqual([2, ['OBSERVER_TIMEOUT'], 2]);
    await engine.close();
  });

  it('sees only its types and its tenants', async () => {
    const engine = createEngine();
    const seen: string[] = [];
    const write: Sink['write'] = (events, { tenantId }) =>
      void events.forEach(({ type }) => seen.push(`${tenantId} ${type}`));
    const handle = engine.sink({ write }, { name: 'x', filter: 'minimal', tenants: ['a', 'b'] });
    for (const tenantId of ['a', 'b', 'default']) await talk(engine, ['x'], { tenantId });
    await handle.flush();
    expect(seen.sort()).toEqual(['a complete', 'a started', 'b complete', 'b started']);
    await engine.close();
  });

  it('closing tells what was left, which a later one goes on with', async () => {
    const engine = createEngine();
    const store = memoryCursorStore();
    const fail = (): never => {
      throw new Error('down');
    };
    const down = engine.sink({ write: fail }, { name: 'x', store, onError: () => undefined });
    const run = await talk(engine, []);
    await until(() => down.retries > 0);
    expect(await down.close({ timeout: 20 })).toEqual({ left: 1 });
    const notes = new Notes();
    await engine.sink(notes, { name: 'x', store }).flush();
    expect(notes.writes).toEqual([`${run.id} 1-2`]);
    engine.sink({ write: fail }, { name: 'y', onError: () => undefined });
    expect((await engine.close({ drain: 50 })).unfinished).toEqual([{ id: 'y', kind: 'sink', left: 1 }]);
  });

  it('forgets the cursors of runs that are no more, also of those that went while it was away', async () => {
    const clock = new ManualClock();
    const backend = memoryBackend({ clock });
    const engine = createEngine({ clock, backend, ttl: 1_000 });
    const store = memoryCursorStore();
    const first = engine.sink(new Notes(), { name: 'x', store });
    await talk(engine, []);
    await first.flush();
    expect([...(await store.keys())]).toHaveLength(1);
    clock.advance(120_000);
    await engine.runs.list();
    await settle();
    expect([...(await store.keys())]).toEqual([]);
    await first.close();
    await store.set('x/default/gone', 'e.1.0');
    await store.set('other/default/gone', 'e.1.0');
    await engine.sink(new Notes(), { name: 'x', store }).flush();
    expect([...(await store.keys())]).toEqual(['other/default/gone']);
    await engine.close();
  });

  it('10,000 runs leave nothing behind', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock, ttl: 1_000 });
    const store = memoryCursorStore();
    const notes = new Notes();
    const handle = engine.sink(notes, { name: 'x', store, concurrency: 10 });
    const observation = engine.observe(async () => undefined, {
      concurrency: 10,
      capacity: { events: 100_000 },
    });
    for (let at = 0; at < 10_000; at++) {
      await talk(engine, []);
      if (at % 500 === 0) await handle.flush();
    }
    await handle.flush();
    await engine.observers.flush();
    expect([handle.written, handle.runs, observation.delivered, observation.waiting]).toEqual([
      20_000, 0, 20_000, 0,
    ]);
    expect(engine.stats.deadlines).toBe(0);
    clock.advance(120_000);
    await engine.runs.list();
    await settle();
    expect([...(await store.keys())]).toEqual([]);
    await engine.close();
    expect(clock.pending).toBe(0);
  });

  it('refuses what it cannot be', async () => {
    const engine = createEngine();
    const sink = new Notes();
    for (const options of [
      { name: '' },
      { name: 'a/b' },
      { name: 'x', tenants: [] },
      { name: 'x', maxBatch: 0 },
      { name: 'x', timeout: 0 },
    ]) {
      expect(thrownBy(() => engine.sink(sink, options))).toBe('BAD_OPTION');
    }
    expect(thrownBy(() => engine.sink({} as never, { name: 'x' }))).toBe('BAD_OPTION');
    engine.sink(sink, { name: 'x' });
    expect(thrownBy(() => engine.sink(sink, { name: 'x' }))).toBe('BAD_OPTION');
    expect(engine.sinks.map(({ name }) => name)).toEqual(['x']);
    await engine.close();
    expect(thrownBy(() => engine.sink(sink, { name: 'z' }))).toBe('ENGINE_CLOSED');
  });
});
