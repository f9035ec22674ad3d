import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { isNotice } from '../../src/event/notice.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf, thrownBy } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { settle, until } from '../support/settle.ts';
import { afterTurns, Floodgate, slowBackend } from '../support/slow-backend.ts';

const anything = (value: unknown) => value as never;

/** A run of 40 events of several types, and the events. */
async function ended(engine: Engine, id = 'run'): Promise<RunEvent[]> {
  const run = await engine.start(
    ctx => {
      for (let at = 0; at < 38; at++) {
        if (at % 3 === 0) ctx.token(`t${at}`, { source: at % 2 === 0 ? 'agent' : 'user' });
        else if (at % 3 === 1) ctx.step(`s${at}`);
        else void ctx.checkpoint(at % 2 === 0 ? 'even' : 'odd', { at });
      }
    },
    { id },
  );
  await run.result;
  const seen = collect(run);
  await until(() => seen.ended);
  return seen.events;
}

describe('engine.events', () => {
  let engine: Engine;
  let log: RunEvent[];
  beforeAll(async () => {
    engine = createEngine({ window: 1 });
    log = await ended(engine);
  });
  afterAll(() => engine.close());

  it('gives what follows any position, in any of its spellings, through any filter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.constantFrom('cursor', 'text', 'number'),
        fc.constantFrom(undefined, 'all', 'token', 'step,token', 'minimal', 'custom:*'),
        (position, spelling, filter) => {
          const cursor = position === 0 ? 'start' : log[position - 1]!.id;
          const after = { cursor, text: String(position), number: position }[spelling];
          const names = filter?.split(',') ?? ['all'];
          const passes = ({ type }: RunEvent) =>
            names.includes('all') || names.includes(type) || ['started', 'complete'].includes(type);
          const seen = collect(engine.events('run', { after, filter }));
          expect(seen.items).toEqual(log.slice(position).filter(passes));
          expect(seen.completed).toBe(true);
        },
      ),
    );
  });

  it('gives nothing after now where nothing comes any more', () => {
    expect(collect(engine.events('run', { after: 'now' }))).toMatchObject({ items: [], completed: true });
  });

  it.each([
    'e1.1',
    'abc',
    '-1',
    '1.5',
    'E.1.0',
    'e1.01.0',
    `e1.1.${'x'.repeat(9)}`,
    'NaN',
    '9'.repeat(17),
    '../1',
  ])('refuses the malformed cursor %s at the call', async after => {
    expect(thrownBy(() => engine.events('run', { after }))).toBe('BAD_CURSOR');
    expect(await codeOf(() => engine.events.read('run', { after }))).toBe('BAD_CURSOR');
    expect(await codeOf(() => engine.events.search('run', { after }))).toBe('BAD_CURSOR');
  });

  it('refuses unknown filters at the call', async () => {
    expect(thrownBy(() => engine.events('run', { filter: 'tokens' }))).toBe('BAD_FILTER');
    expect(await codeOf(() => engine.events.search('run', { filter: '' }))).toBe('BAD_FILTER');
  });

  it.each(['nobody', '../run', 'run/x', '', '__proto__', anything(5)])(
    'tells on the error channel that %j is unknown',
    async id => {
      expect(collect(engine.events(id)).error).toMatchObject({ code: 'RUN_NOT_FOUND' });
      for (const call of [
        () => engine.events.read(id),
        () => engine.events.search(id),
        () => engine.events.get(id, 1),
        () => engine.events.latest(id),
        () => engine.events.tip(id),
      ]) {
        expect(await codeOf(call)).toBe('RUN_NOT_FOUND');
      }
    },
  );

  it('shows nothing of another tenant, in the same words', async () => {
    const foreign = await codeOf(() => engine.events.tip('run', { tenantId: 'other' }));
    expect(foreign).toBe('RUN_NOT_FOUND');
    const message = (id: string, tenantId?: string) =>
      engine.events
        .tip(id, { tenantId })
        .catch((error: unknown) => (error as Error).message.replace(`"${id}"`, 'ID'));
    expect(await message('run', 'other')).toBe(await message('nobody'));
  });

  it('gives single events', async () => {
    expect(await engine.events.get('run', 7)).toEqual(log[6]);
    expect(await engine.events.get('run', 41)).toBeUndefined();
    for (const seq of [0, -1, 1.5, Number.NaN, anything('1')]) {
      expect(await codeOf(() => engine.events.get('run', seq))).toBe('BAD_OPTION');
    }
    expect(await engine.events.latest('run')).toEqual(log.at(-1));
    expect(await engine.events.tip('run')).toEqual({ seq: 40, cursor: log.at(-1)!.id });
  });

  it('gives the newest checkpoint, or the newest of a name', async () => {
    expect((await engine.runs.checkpoint('run'))?.data).toEqual({ name: 'odd', data: { at: 35 } });
    expect((await engine.runs.checkpoint('run', { name: 'even' }))?.data).toEqual({
      name: 'even',
      data: { at: 32 },
    });
    expect(await engine.runs.checkpoint('run', { name: 'none' })).toBeUndefined();
  });

  it('finds what a search asks for, page by page, whatever the size of the page', async () => {
    const searches: [object, (event: RunEvent) => boolean][] = [
      [{}, () => true],
      [{ query: 'T1' }, event => JSON.stringify(event.data).includes('t1')],
      // Stands in the time of every event, and in the data of none.
      [{ query: 'Z' }, () => false],
      [{ query: '"' }, () => false],
      [{ source: 'user' }, event => event.source === 'user'],
      [
        { filter: 'token', query: 't' },
        ({ type, data }) => type === 'token' || (type === 'complete' && JSON.stringify(data).includes('t')),
      ],
      [{ since: '2099-01-01T00:00:00Z' }, () => false],
      [{ until: '2099-01-01T00:00:00Z' }, () => true],
    ];
    for (const [search, matches] of searches) {
      for (const limit of [1, 3, 7, 100]) {
        const found: unknown[] = [];
        let after: string | undefined;
        for (let pages = 0; pages < 100; pages++) {
          const page = await engine.events.search('run', { ...search, limit, after });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          found.push(...page.items);
          after = page.next;
          if (page.ended) break;
          // No page is empty before the end: a rare match costs no round trip for each event before it.
          expect(page.items.length).toBe(limit);
        }
        expect(found).toEqual(log.filter(matches));
      }
    }
  });

  it('refuses searches that cannot be', async () => {
    for (const limit of [-1, 1.5, 10_001, Number.NaN, Infinity, anything('5')]) {
      expect(await codeOf(() => engine.events.search('run', { limit }))).toBe('BAD_OPTION');
    }
    expect(await codeOf(() => engine.events.search('run', { since: 'yesterday' }))).toBe('BAD_REQUEST');
  });

  it('goes on live after what is stored, and ends with the run', async () => {
    const writer = await engine.open();
    const fromStart = collect(engine.events(writer.id));
    const fromNow = collect(engine.events(writer.id, { after: 'now', filter: 'token' }));
    writer.token('a');
    writer.step('b');
    await writer.complete();
    expect([broken(fromStart), fromNow.seqs, fromNow.completed]).toEqual([undefined, [2, 4], true]);
  });

  it('keeps one order where a reader emits, re-enters and leaves', async () => {
    const writer = await engine.open();
    const others: ReturnType<typeof collect>[] = [];
    const echoing = collect(engine.events(writer.id), item => {
      if (isNotice(item) || item.seq > 5) return;
      writer.token(`echo ${item.seq}`);
      others.push(collect(engine.events(writer.id)));
    });
    writer.token('a');
    await writer.complete();
    for (const one of [echoing, ...others]) {
      expect(broken(one)).toBeUndefined();
      expect(one.items).toEqual(echoing.items);
    }
  });

  it('is the same over a backend that answers when it likes', async () => {
    const turns = fc.array(fc.nat(4), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(turns, turns, turns, async (append, read, directory) => {
        const cycle = (list: number[]) => {
          let at = 0;
          return afterTurns(() => list[at++ % list.length]!);
        };
        const slow = createEngine({
          backend: slowBackend({ append: cycle(append), read: cycle(read), directory: cycle(directory) }),
          window: 2,
        });
        const events = await ended(slow);
        await settle();
        expect(events.map(({ seq }) => seq)).toEqual(log.map(({ seq }) => seq));
        expect((await slow.runs.get('run')).status).toBe('completed');
        const seen = collect(slow.events('run', { after: events[9]!.id }));
        await settle();
        expect(seen.items).toEqual(events.slice(10));
        await slow.close();
      }),
      { numRuns: 40 },
    );
  });
});

describe('the runs of an engine', () => {
  it('are listed newest first, page by page, by what is asked for', async () => {
    const engine = createEngine();
    for (let at = 0; at < 7; at++) {
      const labels = { parity: at % 2 === 0 ? 'even' : 'odd' };
      const run = await engine.start(() => at, { id: `r${at}`, labels, threadId: `t${at % 3}` });
      await run.result;
    }
    const ids = async (options: Parameters<typeof engine.runs.list>[0]) =>
      (await engine.runs.list(options)).runs.map(({ runId }) => runId);
    expect(await ids({})).toEqual(['r6', 'r5', 'r4', 'r3', 'r2', 'r1', 'r0']);
    expect(await ids({ labels: { parity: 'odd' } })).toEqual(['r5', 'r3', 'r1']);
    expect(await ids({ threadId: 't0' })).toEqual(['r6', 'r3', 'r0']);
    expect(await ids({ status: ['running'] })).toEqual([]);
    expect(await ids({ tenantId: 'other' })).toEqual([]);
    const first = await engine.runs.list({ limit: 3 });
    expect(await ids({ limit: 3, page: first.next })).toEqual(['r3', 'r2', 'r1']);
    for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
      expect(await codeOf(() => engine.runs.list({ limit }))).toBe('BAD_OPTION');
    }
    for (const odd of [{ status: ['done'] }, { status: 'running' }, { statuses: ['running'] }, null]) {
      expect(await codeOf(() => engine.runs.list(odd as never))).toBe('BAD_OPTION');
    }
    expect(await codeOf(() => engine.runs.list({ page: 'nonsense' }))).toBe('BAD_REQUEST');
  });

  it('are watched as they come, change and go, each tenant by itself', async () => {
    const engine = createEngine();
    const news: string[] = [];
    const watching = engine.runs.watch().subscribe(one => {
      news.push('record' in one ? `${one.news} ${one.record.status}` : one.news);
    });
    await (
      await engine.start(() => 1, { tenantId: 'other' })
    ).result;
    const run = await engine.start(() => 1);
    await run.result;
    await engine.runs.delete(run.id);
    watching.unsubscribe();
    await (
      await engine.start(() => 1)
    ).result;
    expect(news).toEqual(['created accepted', 'changed running', 'changed completed', 'removed']);
  });

  it('keep the newest status in their record, however slow the directory is', async () => {
    const gate = new Floodgate();
    let calls = 0;
    // The second call, which tells that the run is running, is answered last.
    const backend = slowBackend({ directory: work => (++calls === 2 ? gate.pace(work) : work()) });
    const engine = createEngine({ backend });
    const run = await engine.start(() => 'done');
    await run.result;
    await settle();
    gate.open();
    await settle();
    expect([gate.waiting, (await engine.runs.get(run.id)).status]).toEqual([0, 'completed']);
  });

  it('expire after their ttl; readers are told that the run is gone', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock, ttl: 60_000 });
    const run = await engine.start(() => 1, { id: 'short' });
    const longer = await engine.start(() => 1, { id: 'longer', ttl: 3_600_000 });
    await Promise.all([run.result, longer.result]);
    const open = await engine.open({ id: 'open', idle: Infinity, maxDuration: Infinity });
    const reader = await engine.events.read('short');
    const iterator = run[Symbol.asyncIterator]();
    await iterator.next();
    clock.advance(120_000);
    expect(await codeOf(() => engine.runs.get('short'))).toBe('RUN_NOT_FOUND');
    expect(await reader.read()).toEqual({
      items: [{ notice: 'reset', runId: 'short', reason: 'gone' }],
      state: 'end',
    });
    // What it holds in its hand is given, and that is the end of it.
    expect((await iterator.next()).done).toBe(false);
    expect((await iterator.next()).done).toBe(true);
    expect((await engine.runs.list()).runs.map(({ runId }) => runId)).toEqual(['open', 'longer']);
    clock.advance(2 * 3_600_000);
    expect((await engine.runs.list()).runs.map(({ runId }) => runId)).toEqual(['open']);
    await open.complete();
    clock.advance(3_600_000);
    expect([(await engine.runs.list()).runs, engine.stats.deadlines, clock.pending]).toEqual([[], 0, 0]);
  });

  it('are answered from outside', async () => {
    const engine = createEngine();
    const run = await engine.start(ctx => ctx.ask<string>('Who?'));
    const seen = collect(run);
    await settle();
    const { askId } = seen.events.find(({ type }) => type === 'ask')!.data as { askId: string };
    expect((await engine.runs.get(run.id)).status).toBe('waiting');
    expect(await codeOf(() => engine.runs.answer(run.id, 'nope', { value: 1 }))).toBe('ASK_NOT_FOUND');
    expect(await codeOf(() => engine.runs.answer(run.id, askId, { value: 1n }))).toBe('BAD_ANSWER');
    await engine.runs.answer(run.id, askId, { value: 'Ann', by: 'ann' });
    expect(await run.result).toBe('Ann');
    expect(await codeOf(() => engine.runs.answer(run.id, askId, { value: 1 }))).toBe('RUN_ENDED');
  });
});
