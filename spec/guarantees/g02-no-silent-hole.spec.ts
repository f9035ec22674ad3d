import { describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { from } from 'rxjs';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { FilterSpec } from '../../src/event/filter.ts';
import { isNotice } from '../../src/event/notice.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import { resumeAfter } from '../../src/operators/resume-after.ts';
import type { RunItem } from '../../src/run/window.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { dataFramesOf } from '../http/sse-frames.ts';
import { broken, collect, Collected } from '../support/collect.ts';
import { until } from '../support/settle.ts';
import { witnessedBackend } from './witness.ts';

// Many random runs: a deadline that only a fault reaches, also on a busy machine.
jest.setTimeout(60_000);

/** What a reader was told, in short: `3`, `gap 1-2`, `reset future`. */
function told(items: readonly RunItem[]): string[] {
  return items.map(item => {
    if (!isNotice(item)) return String(item.seq);
    if (item.notice !== 'gap') return item.notice === 'reset' ? `reset ${item.reason}` : item.notice;
    const [, seq] = item.cursor.split('.');
    return `gap ${item.from}-${item.to}${seq === String(item.to) ? '' : ` with the cursor of ${seq}`}`;
  });
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => String(from + at));

/** What the guarantee says of a reader that comes back to a run with `total` events, the first of them forgotten. */
function promised(after: number, total: number, forgotten: number): string[] {
  if (after > total) return ['reset future', ...promised(0, total, forgotten)];
  const gap = after < forgotten ? [`gap ${after + 1}-${forgotten}`] : [];
  return [...gap, ...numbers(Math.max(after, forgotten) + 1, total)];
}

interface Case {
  readonly total: number;
  readonly keep: number;
  readonly after: number;
  readonly turns: readonly number[];
}

const cases: fc.Arbitrary<Case> = fc.record({
  total: fc.integer({ min: 2, max: 60 }),
  keep: fc.integer({ min: 1, max: 60 }),
  after: fc.nat(64),
  turns: fc.constantFrom([0], [1, 0, 2], [0, 3]),
});

/** A run of so many events that has ended. */
async function ended({ total, keep, turns }: Case): Promise<{ engine: Engine; epoch: string }> {
  const clock = new ManualClock();
  const engine = createEngine({ backend: witnessedBackend({ turns, keep }, clock).backend, clock });
  const run = await engine.start(
    ctx => {
      for (let at = 2; at < total; at++) ctx.custom(at % 2 === 0 ? 'even' : 'odd', {});
    },
    { id: 'r' },
  );
  await run.result;
  return { engine, epoch: run.cursor.split('.')[0]! };
}

/** Ways to come back to a run. */
const WAYS: Readonly<
  Record<string, (engine: Engine, after: string, filter?: FilterSpec) => Promise<readonly RunItem[]>>
> = {
  'by subscribing': async (engine, after, filter) => {
    const collected = collect(engine.events('r', { after, filter }));
    await until(() => collected.ended);
    expect(collected.error).toBeUndefined();
    return collected.items;
  },
  'by pulling': async (engine, after, filter) => {
    const reader = await engine.events.read('r', { after, filter });
    const items: RunItem[] = [];
    for (let state = 'more'; state !== 'end';) {
      const step = await reader.read(7);
      state = step.state;
      items.push(...step.items.map(item => (isNotice(item) ? item : item.event)));
    }
    return items;
  },
  'over SSE': async (engine, after, filter) => {
    const search = filter === undefined ? '' : `?filter=${String(filter)}`;
    const headers = { accept: 'text/event-stream', 'last-event-id': after };
    const answer = await createHandler(engine)(
      new Request(`http://localhost/runs/r/events${search}`, { headers }),
    );
    if (answer.status === 204) return [];
    return dataFramesOf(await answer.text()).map(({ data }) => JSON.parse(data!) as RunItem);
  },
  'in pages': async (engine, after, filter) => {
    const items: RunItem[] = [];
    for (let at: string | undefined = after, isOver = false; !isOver;) {
      const page = await engine.events.search('r', { after: at, filter, limit: 7 });
      items.push(...page.items);
      isOver = page.ended;
      at = page.next;
    }
    return items;
  },
};

describe.each(Object.entries(WAYS))('G2: a reader that comes back %s', (_, come) => {
  it('is given exactly the next event, or told what it missed', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async plan => {
        const { total, keep, after } = plan;
        const { engine, epoch } = await ended(plan);
        const forgotten = Math.max(0, total - keep);
        const cursor = `${epoch}.${after}.0`;
        expect(told(await come(engine, cursor))).toEqual(promised(after, total, forgotten));
        expect(told(await come(engine, String(after)))).toEqual(promised(after, total, forgotten));
        await engine.close();
      }),
      { numRuns: 60 },
    );
  });

  it('is told the same notices through any filter', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.constantFrom('minimal', 'custom:even', 'token'), async (plan, filter) => {
        const { total, keep, after } = plan;
        const { engine, epoch } = await ended(plan);
        const forgotten = Math.max(0, total - keep);
        const passes = (item: string): boolean => {
          const seq = Number(item);
          return (
            Number.isNaN(seq) || seq === 1 || seq === total || (filter === 'custom:even' && seq % 2 === 0)
          );
        };
        expect(told(await come(engine, `${epoch}.${after}.0`, filter))).toEqual(
          promised(after, total, forgotten).filter(passes),
        );
        await engine.close();
      }),
      { numRuns: 40 },
    );
  });

  it('is told that its cursor belongs to another life, and gets the log from its start', async () => {
    const { engine } = await ended({ total: 9, keep: 4, after: 0, turns: [0] });
    expect(told(await come(engine, 'otherlife.3.0'))).toEqual(['reset epoch', 'gap 1-5', '6', '7', '8', '9']);
    await engine.close();
  });
});

describe('G2: a reader of a run that is erased and made again', () => {
  const twoLives = async (engine: Engine): Promise<string> => {
    const first = await engine.start(ctx => ctx.token('first life'), { id: 'r' });
    await first.result;
    const { cursor } = first;
    await engine.runs.delete('r');
    await (
      await engine.start(ctx => ctx.token('second life'), { id: 'r' })
    ).result;
    return cursor;
  };

  it('is told that its cursor is of the first life', async () => {
    const engine = createEngine();
    const cursor = await twoLives(engine);
    for (const come of Object.values(WAYS)) {
      expect(told(await come(engine, cursor))).toEqual(['reset epoch', '1', '2', '3']);
    }
    await engine.close();
  });

  it('is told that what it reads is gone, and never given what is not its run', async () => {
    const engine = createEngine({ window: 1 });
    const run = await engine.start(ctx => ctx.token('first life'), { id: 'r' });
    await run.result;
    const pulling = run[Symbol.asyncIterator]();
    expect(told([(await pulling.next()).value as RunItem])).toEqual(['1']);
    await engine.runs.delete('r');
    await (
      await engine.start(ctx => ctx.token('second life'), { id: 'r' })
    ).result;
    const rest: RunItem[] = [];
    for await (const item of { [Symbol.asyncIterator]: () => pulling }) rest.push(item);
    // What was fetched before the run was erased is the truth still.
    expect(told(rest)).toEqual(['2', '3']);
    expect(told(collect(run).items)).toEqual(['reset gone']);
    const fresh: RunItem[] = [];
    for await (const item of run) fresh.push(item);
    expect(told(fresh)).toEqual(['reset gone']);
    await engine.close();
  });
});

describe('G2: a reader that is slower than retention', () => {
  it('is told a gap that meets the events it is given', async () => {
    const clock = new ManualClock();
    const witness = witnessedBackend({ turns: [0], keep: 5 }, clock);
    const engine = createEngine({ backend: witness.backend, clock });
    let goOn!: () => void;
    const run = await engine.start(async ctx => {
      for (let burst = 0; burst < 5; burst++) {
        for (let at = 0; at < 2_000; at++) ctx.token('x');
        await new Promise<void>(resolve => (goOn = resolve));
      }
    });
    const slow = new Collected();
    for await (const item of run) {
      slow.items.push(item);
      if (slow.items.length % 3 === 0) goOn();
    }
    slow.completed = true;
    expect(broken(slow)).toBeUndefined();
    expect(slow.notices.length).toBeGreaterThan(0);
    await engine.close();
  });
});

describe('G2: a filtered reader', () => {
  it('has the cursor of what it looked at, so that nothing is missing when it comes back with another filter', async () => {
    const engine = createEngine();
    let goOn!: () => void;
    const run = await engine.start(
      async ctx => {
        for (let at = 0; at < 20; at++) ctx.token('x');
        await new Promise<void>(resolve => (goOn = resolve));
        ctx.custom('later', {});
      },
      { id: 'r' },
    );
    await until(() => goOn !== undefined);
    const reader = await engine.events.read('r', { filter: 'custom:*' });
    while ((await reader.read()).state !== 'tip');
    expect(reader.cursor).toBe(run.cursor);
    goOn();
    await run.result;
    expect(told(await WAYS['by subscribing']!(engine, reader.cursor!))).toEqual(['22', '23']);
    await engine.close();
  });
});

describe('G2: resumeAfter', () => {
  it('passes over nothing in silence', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(30),
        (total, keep, after) => {
          const events = numbers(Math.max(0, total - keep) + 1, total).map(seq => ({
            ...{ id: `e.${seq}.0`, seq: Number(seq), final: seq === String(total) || undefined },
          }));
          const position = Math.min(after, total);
          const source = from(events as unknown as RunEvent[]);
          const { items } = collect(source.pipe(resumeAfter({ cursor: `e.${position}.0` })));
          expect(told(items)).toEqual(promised(position, total, Math.max(0, total - keep)));
        },
      ),
    );
  });
});
