import { describe, expect, it } from '@jest/globals';
import { NEVER } from 'rxjs';
import type { Backend, Log } from '../../src/backends/backend.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import { isNotice } from '../../src/event/notice.ts';
import { backpressure } from '../../src/operators/backpressure.ts';
import type { RunItem } from '../../src/run/window.ts';
import { dataFramesOf } from '../http/sse-frames.ts';
import { thrownBy } from '../support/code-of.ts';
import { broken, collect, Collected } from '../support/collect.ts';
import { settle, until } from '../support/settle.ts';
import { Floodgate, slowBackend } from '../support/slow-backend.ts';

const MANY = 20_000;
const KEPT = 100;

/** What readers cost a backend. */
interface Counts {
  reads: number;
  /** The most that one read was given. */
  largest: number;
  watches: number;
}

/** Memory that counts its readers. */
function countingBackend(): { backend: Backend; counts: Counts } {
  const inner = memoryBackend();
  const counts: Counts = { reads: 0, largest: 0, watches: 0 };
  const log: Log = {
    append: (key, batch) => inner.log.append(key, batch),
    read: async (key, query) => {
      counts.reads++;
      const answer = await inner.log.read(key, query);
      if (answer.result === 'page') counts.largest = Math.max(counts.largest, answer.entries.length);
      return answer;
    },
    watch: (key, ring) => {
      counts.watches++;
      const leave = inner.log.watch(key, ring);
      return () => {
        counts.watches--;
        leave();
      };
    },
    trim: (key, seq) => inner.log.trim(key, seq),
  };
  return { backend: { ...inner, log }, counts };
}

/** The rest of what an iterator gives, once it is read at last. */
async function restOf(iterator: AsyncIterator<unknown>, into: Collected): Promise<void> {
  for await (const item of { [Symbol.asyncIterator]: () => iterator }) into.items.push(item as RunItem);
  into.completed = true;
}

describe('G8: readers that do not read', () => {
  it('neither delay the producer nor another reader, and hold nothing but their place', async () => {
    const { backend, counts } = countingBackend();
    const engine = createEngine({ backend, limits: { keptEvents: KEPT } });
    let goOn!: () => void;
    const run = await engine.start(
      async ctx => {
        for (let at = 0; at < 10; at++) ctx.token('x');
        await new Promise<void>(resolve => (goOn = resolve));
        for (let at = 0; at < MANY; at++) ctx.token('x');
        return 'done';
      },
      { id: 'r' },
    );
    await until(() => goOn !== undefined);
    const eager = collect(run);
    const never = Array.from({ length: 50 }, () => run[Symbol.asyncIterator]());
    const once = Array.from({ length: 50 }, () => run[Symbol.asyncIterator]());
    const firsts = await Promise.all(once.map(iterator => iterator.next()));
    expect(counts.watches).toBe(50);
    const { reads } = counts;
    goOn();
    expect(await run.result).toBe('done');
    await settle();

    // Nobody pulled, so nothing was read, and the first ring sent home whoever was abandoned.
    expect(counts).toMatchObject({ reads, watches: 0 });
    expect(eager.seqs).toHaveLength(MANY + 12);
    expect(broken(eager)).toBeUndefined();
    const late = new Collected();
    await restOf(never[0]!, late);
    expect(late.items[0]).toMatchObject({ notice: 'gap', from: 1, to: MANY + 12 - KEPT });
    expect([broken(late), late.events.length]).toEqual([undefined, KEPT]);
    const begun = new Collected();
    begun.items.push(firsts[0]!.value as RunItem);
    await restOf(once[0]!, begun);
    expect(broken(begun)).toBeUndefined();
    await engine.close();
  });

  it('read a page at a time when they read at last', async () => {
    const { backend, counts } = countingBackend();
    const engine = createEngine({ backend });
    const run = await engine.start(ctx => {
      for (let at = 0; at < 3_000; at++) ctx.token('x');
    });
    await run.result;
    let read = 0;
    for await (const item of run) if (!isNotice(item)) read++;
    expect([read, counts.largest <= 512, counts.reads >= 6]).toEqual([3_002, true, true]);
    await engine.close();
  });

  it('over SSE cost the producer nothing, and are told what they missed', async () => {
    const engine = createEngine({ limits: { keptEvents: KEPT } });
    let goOn!: () => void;
    const run = await engine.start(
      async ctx => {
        await new Promise<void>(resolve => (goOn = resolve));
        for (let at = 0; at < MANY; at++) ctx.token('x');
      },
      { id: 'r' },
    );
    await until(() => goOn !== undefined);
    const stream = await createHandler(engine)(new Request('http://localhost/runs/r/events'));
    goOn();
    await run.result;
    const slow = new Collected();
    for (const { data } of dataFramesOf(await stream.text())) slow.items.push(JSON.parse(data!) as RunItem);
    slow.completed = true;
    expect([broken(slow), slow.events.length <= KEPT + 1, slow.notices.length]).toEqual([undefined, true, 1]);
    await engine.close();
  });
});

describe('G8: consumers that never finish', () => {
  it('behind backpressure lose what was counted and told, and delay nobody', async () => {
    const engine = createEngine();
    let goOn!: () => void;
    const run = await engine.start(async ctx => {
      await new Promise<void>(resolve => (goOn = resolve));
      for (let at = 0; at < MANY; at++) ctx.token('x');
    });
    await until(() => goOn !== undefined);
    const eager = collect(run);
    let dropped = 0;
    let release!: () => void;
    const seen = new Collected();
    const consumer = backpressure<RunItem, never>(
      item => {
        seen.items.push(item);
        return seen.items.length > 1
          ? (Promise.resolve() as Promise<never>)
          : new Promise<never>(resolve => (release = resolve as () => void));
      },
      { capacity: 10, overflow: 'drop-oldest', onDrop: ({ total }) => (dropped = total) },
    );
    run.pipe(consumer).subscribe({ complete: () => (seen.completed = true) });
    goOn();
    await run.result;
    expect([eager.completed, seen.items.length]).toEqual([true, 1]);
    expect(dropped).toBeGreaterThanOrEqual(MANY - 11);
    release();
    await until(() => seen.completed);
    expect(broken(seen)).toBeUndefined();
    const lost = seen.notices.reduce(
      (sum, notice) => sum + (notice.notice === 'gap' ? notice.to - notice.from + 1 : 0),
      0,
    );
    expect(lost).toBe(dropped);
    await engine.close();
  });

  it('as observers and as subscribers delay nobody', async () => {
    const engine = createEngine({ observers: [() => new Promise(() => undefined)] });
    const run = await engine.start(ctx => {
      for (let at = 0; at < MANY; at++) ctx.token('x');
    });
    run.subscribe(() => void new Promise(() => undefined));
    run.pipe(backpressure(() => NEVER, { capacity: 1, overflow: 'drop-newest' })).subscribe();
    await run.result;
    expect(collect(run).completed).toBe(true);
    await engine.close({ drain: 0 });
  });
});

describe('G8: a producer that is faster than the storage', () => {
  it('is stopped at the limit of events, tokens join without loss, and the end finds room', async () => {
    const gate = new Floodgate();
    const engine = createEngine({
      backend: slowBackend({ append: gate.pace }),
      limits: { mailbox: { events: 10, bytes: 4_096 } },
    });
    let refused = 0;
    let said = '';
    const run = await engine.start(ctx => {
      for (let at = 0; at < 200; at++) {
        ctx.token(String(at % 10));
        said += String(at % 10);
      }
      for (let at = 0; at < 5; at++) if (thrownBy(() => ctx.custom('more', {})) === 'MAILBOX_FULL') refused++;
      const long = 'x'.repeat(2_000);
      const outcomes = [1, 2, 3].map(() => thrownBy(() => ctx.token(long)));
      refused += outcomes.filter(code => code === 'MAILBOX_FULL').length;
      said += long.repeat(outcomes.filter(code => code === 'nothing thrown').length);
      return 'done';
    });
    const reader = collect(run);
    await settle();
    expect(reader.items).toEqual([]);
    gate.open();
    await until(() => reader.completed);
    expect(refused).toBeGreaterThan(5);
    expect(reader.events.length).toBeLessThanOrEqual(13);
    const heard = reader.events.map(event => (event.type === 'token' ? event.data.content : '')).join('');
    expect([heard, broken(reader)]).toEqual([said, undefined]);
    await engine.close();
  });

  it('is refused an event that is too large, and runs beyond the limit', async () => {
    const engine = createEngine({ limits: { eventBytes: 1_024, liveRuns: 2 }, grace: 0 });
    const codes: unknown[] = [];
    const run = await engine.start(ctx => {
      codes.push(thrownBy(() => ctx.token('x'.repeat(2_000))));
      return 'y'.repeat(2_000);
    });
    await run.result;
    expect(codes).toEqual(['EVENT_TOO_LARGE']);
    const end = collect(run).events.at(-1);
    expect(end).toMatchObject({ data: { output: { truncated: true, bytes: 2_002 } } });
    const hang = () => engine.start(() => new Promise(() => undefined));
    await Promise.all([hang(), hang()]);
    await expect(hang()).rejects.toMatchObject({ code: 'TOO_MANY_RUNS' });
    await engine.close();
  });
});
