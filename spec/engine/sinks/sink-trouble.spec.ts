import { describe, expect, it } from '@jest/globals';
import { memoryBackend } from '../../../src/backends/memory/memory-backend.ts';
import { runKey } from '../../../src/backends/backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { memoryCursorStore, type CursorStore } from '../../../src/engine/sinks/cursor-store.ts';
import { FollowedRun } from '../../../src/engine/sinks/followed-run.ts';
import type { Sink } from '../../../src/engine/sinks/sink.ts';
import { parseFilter } from '../../../src/event/filter.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { settle, until } from '../../support/settle.ts';

type Engine = ReturnType<typeof createEngine>;

async function talk(engine: Engine, id: string, words = 1): Promise<void> {
  const run = await engine.start(
    ctx => {
      for (let word = 0; word < words; word++) ctx.token('x');
    },
    { id },
  );
  await run.result;
}

/** A sink whose writes wait until it is opened. */
function gated() {
  let open = (): void => undefined;
  const opened = new Promise<void>(resolve => (open = resolve));
  const ids: string[] = [];
  let begun = 0;
  const sink: Sink = {
    async write(events) {
      begun++;
      await opened;
      ids.push(...events.map(({ id }) => id));
    },
  };
  return { sink, ids, open: () => open(), begun: () => begun };
}

/** What was set and deleted, in order, and whether it was closed before. */
function noted(): { store: CursorStore; acts: string[] } {
  const kept = memoryCursorStore();
  const acts: string[] = [];
  const store: CursorStore = {
    ...kept,
    set: (key, cursor) => (acts.push(`set ${key}`), kept.set(key, cursor)),
    close: () => void acts.push('close'),
  };
  return { store, acts };
}

describe('a sink in trouble', () => {
  it('is rung once for a burst, and again when it has read', async () => {
    const backend = memoryBackend();
    const engine = createEngine({ backend });
    const writer = await engine.open({ id: 'r' });
    let rung = 0;
    const followed = new FollowedRun({
      ...{ log: backend.log, key: runKey('default', 'r'), run: { runId: 'r', tenantId: 'default' } },
      ...{ filter: parseFilter(undefined), maxBatch: 1_000, ring: () => rung++ },
    });
    followed.begin(undefined);
    for (const burst of [1, 2, 3]) {
      for (let at = 0; at < 100; at++) writer.token('x');
      expect(rung).toBe(burst);
      followed.isRung = false;
      const { events, state } = await followed.read();
      expect([events.length, state]).toEqual([burst === 1 ? 101 : 100, 'tip']);
    }
    followed.leave();
    await writer.complete();
    await engine.close();
  });

  it('asks the log nothing while nothing happens, and is woken by the next event', async () => {
    const backend = memoryBackend();
    const read = backend.log.read.bind(backend.log);
    let reads = 0;
    backend.log.read = (key, query) => (reads++, read(key, query));
    const engine = createEngine({ backend });
    const handle = engine.sink({ write: () => undefined }, { name: 'x' });
    const writer = await engine.open({ id: 'r' });
    for (let burst = 1; burst <= 3; burst++) {
      for (let at = 0; at < 10; at++) writer.token('x');
      await until(() => handle.written === burst * 10 + 1, 'the burst');
      await handle.flush();
      const before = reads;
      await settle();
      expect(reads).toBe(before);
    }
    await writer.complete();
    await engine.close();
  });

  it('stores no place once it is closed, also not of a write that is done later', async () => {
    const engine = createEngine();
    const { sink, open, begun, ids } = gated();
    const { store, acts } = noted();
    const handle = engine.sink(sink, { name: 'x', store });
    await talk(engine, 'r');
    await until(() => begun() === 1);
    expect(await handle.close({ timeout: 0 })).toEqual({ left: 1 });
    open();
    await until(() => ids.length === 3);
    await settle();
    expect(acts).toEqual(['close']);
    await engine.close();
  });

  it('keeps no place of a run that is deleted while its end is written', async () => {
    const engine = createEngine();
    const { sink, open, begun, ids } = gated();
    const store = memoryCursorStore();
    const handle = engine.sink(sink, { name: 'x', store });
    await talk(engine, 'r');
    await until(() => begun() === 1);
    await engine.runs.delete('r');
    open();
    await handle.flush();
    expect([ids.length, handle.runs]).toEqual([3, 0]);
    await until(() => [...(store.keys() as Iterable<string>)].length === 0, 'the place to go');
    await engine.close();
  });

  it('is given the next life of an id, though it was over before the end of the former one was written', async () => {
    const engine = createEngine();
    const { sink, open, begun, ids } = gated();
    const handle = engine.sink(sink, { name: 'x', store: memoryCursorStore() });
    await talk(engine, 'r');
    await until(() => begun() === 1);
    await engine.runs.delete('r');
    await talk(engine, 'r', 2);
    const { cursor } = await engine.events.tip('r');
    open();
    await until(() => ids.includes(cursor), 'the end of the next life');
    await handle.flush();
    expect([ids.length, new Set(ids).size]).toEqual([7, 7]);
    await engine.close();
  });

  it('that hangs when it is closed holds up its engine for 5 s each, and not for as long as a write may take', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock });
    const hangs = () => new Promise(() => undefined);
    const errors: unknown[] = [];
    engine.sink(
      { write: () => undefined, close: hangs },
      {
        ...{ name: 'x', timeout: 3_600_000, onError: error => errors.push((error as { code: string }).code) },
        store: { ...memoryCursorStore(), close: hangs as () => Promise<void> },
      },
    );
    await talk(engine, 'r');
    let isClosed = false;
    void engine.close({ drain: 0 }).then(() => (isClosed = true));
    for (let second = 0; second < 12 && !isClosed; second++) {
      clock.advance(1_000);
      await settle();
    }
    expect([isClosed, errors]).toEqual([true, ['OBSERVER_TIMEOUT', 'OBSERVER_TIMEOUT']]);
  });

  it('says that it left what it could not even list', async () => {
    const backend = memoryBackend();
    const { directory } = backend;
    const list = directory.list.bind(directory);
    let isAway = true;
    directory.list = query => {
      if (isAway) throw new Error('away');
      return list(query);
    };
    const engine = createEngine({ backend });
    const write = (): never => {
      throw new Error('down');
    };
    const store = memoryCursorStore();
    const handle = engine.sink({ write }, { name: 'x', store, onError: () => undefined });
    await talk(engine, 'r');
    await until(() => handle.retries > 1);
    expect(await handle.close({ timeout: 0 })).toEqual({ left: 1 });
    isAway = false;
    await engine.close();
  });
});
