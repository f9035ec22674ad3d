import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { take } from 'rxjs';
import { runKey } from '../../src/backends/backend.ts';
import { broken, collect, type Collected } from '../support/collect.ts';
import { runLab, type LabOptions, type RunLab } from '../support/run-lab.ts';
import { settle, until } from '../support/settle.ts';
import { afterTurns, answeredAfter, Floodgate } from '../support/slow-backend.ts';

const key = runKey('tenant', 'run');

function saying(count: number, options: LabOptions = {}): RunLab {
  const lab = runLab(options);
  lab.actor.begin({}, 0);
  for (let at = 1; at < count; at++) lab.context.token(String(at + 1));
  return lab;
}

const numbers = (to: number, from = 1) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('a late subscriber', () => {
  it.each([1, 2, 63, 64, 65, 200])(
    'of a run with %d events gets all of them, at once, and the rest',
    count => {
      const { run, actor } = saying(count);
      const late = collect(run);
      expect(late.seqs).toEqual(numbers(count));
      actor.end.complete('done');
      expect(broken(late)).toBeUndefined();
      const latest = collect(run);
      expect(latest.items).toEqual(late.items);
      expect(latest.completed).toBe(true);
    },
  );

  it('gets them one page of the log after the other', () => {
    const { run } = saying(1_000, { page: { events: 7, bytes: 1e6 } });
    expect(collect(run).seqs).toEqual(numbers(1_000));
  });

  it('is told what retention took, and gets what the window still has', () => {
    const { run } = saying(10, { window: 4, keep: { events: 6, bytes: 1e9 } });
    const { items } = collect(run);
    expect(items[0]).toMatchObject({ notice: 'gap', from: 1, to: 4, cursor: 'e1.4.0' });
    expect(items.slice(1).map(item => 'seq' in item && item.seq)).toEqual(numbers(10, 5));
  });

  it('of a window longer than retention is told a gap that ends where the window begins', () => {
    const { run } = saying(10, { window: 4, keep: { events: 1, bytes: 1e9 } });
    const late = collect(run);
    // Event 7 stands in the window, but only its own cursor names the place before event 8.
    expect(late.items[0]).toMatchObject({ notice: 'gap', from: 1, to: 7, cursor: 'e1.7.0' });
    expect(late.seqs).toEqual([8, 9, 10]);
  });

  it('may leave in the middle of the replay', () => {
    const { run, actor } = saying(200);
    const some = collect(run.pipe(take(3)));
    expect([some.seqs, some.completed]).toEqual([[1, 2, 3], true]);
    expect(actor.window.subscriberCount).toBe(0);
  });

  it('may emit during the replay: all hear one order', () => {
    for (const window of [1, 2, 64]) {
      const { run, actor, context } = saying(5, { window });
      const early = collect(run);
      let left = 20;
      const late = collect(run, () => {
        if (left-- > 0) context.token('more');
      });
      actor.end.complete(undefined);
      expect([broken(early), broken(late)]).toEqual([undefined, undefined]);
      expect(late.items).toEqual(early.items);
      expect(late.seqs).toHaveLength(26);
    }
  });

  it('of a slow log waits without holding up anybody, and misses nothing meanwhile', async () => {
    const gate = new Floodgate();
    const { run, actor, context } = saying(10, { window: 2, read: gate.pace });
    const late = collect(run);
    const other = collect(run);
    for (let at = 0; at < 10; at++) context.token('more');
    expect([late.items, gate.waiting]).toEqual([[], 2]);
    gate.open();
    await until(() => late.seqs.length === 20 && other.seqs.length === 20);
    actor.end.complete(undefined);
    expect([broken(late), broken(other)]).toEqual([undefined, undefined]);
  });

  it('hears in order when the run was erased under it', async () => {
    const gate = new Floodgate();
    const { run, backend } = saying(10, { window: 2, read: gate.pace });
    const late = collect(run);
    void backend.directory.delete(key);
    gate.open();
    await until(() => late.ended);
    expect(late.items).toEqual([{ notice: 'reset', runId: 'run', reason: 'gone' }]);
  });

  it('of an id that has a new life is told that its own is gone', () => {
    const { run, actor, backend } = saying(10, { window: 2 });
    actor.end.complete(undefined);
    void backend.directory.delete(key);
    void backend.directory.create({
      ...{ runId: 'run', tenantId: 'tenant', epoch: 'e2', status: 'running', ttl: 1_000 },
      ...{ createdAt: '', updatedAt: '', keep: { events: 10, bytes: 1e6 } },
    });
    const late = collect(run);
    expect(late.items).toEqual([{ notice: 'reset', runId: 'run', reason: 'gone' }]);
    expect(late.completed).toBe(true);
  });

  it('fails with STORAGE_LOST where the log has lost what was delivered, and does not ask for ever', () => {
    const { run, backend } = saying(10, { window: 2 });
    const { read } = backend.log;
    Object.assign(backend.log, {
      read: (...args: Parameters<typeof read>) => {
        const page = read(...args) as { entries: readonly unknown[] };
        return { ...page, entries: page.entries.slice(0, Math.max(0, 3 - args[1].after)) };
      },
    });
    const late = collect(run);
    expect([late.seqs, (late.error as { code: string }).code]).toEqual([[1, 2, 3], 'STORAGE_LOST']);
  });

  it('fails where the log fails, now or later, and nothing is left unheard', async () => {
    for (const read of [
      () => {
        throw new Error('disk');
      },
      () => Promise.reject(new Error('disk')),
    ]) {
      const { run, backend } = saying(10, { window: 2 });
      Object.assign(backend.log, { read });
      const late = collect(run);
      await until(() => late.ended);
      expect(late.error).toMatchObject({ code: 'STORAGE_LOST' });
    }
  });

  it('at any position of any run, however the log answers, gets every event once or a gap', async () => {
    const scenario = fc.record({
      before: fc.integer({ min: 1, max: 30 }),
      after: fc.integer({ min: 0, max: 30 }),
      window: fc.integer({ min: 1, max: 8 }),
      kept: fc.integer({ min: 1, max: 12 }),
      page: fc.integer({ min: 1, max: 5 }),
      turns: fc.array(fc.nat(4), { minLength: 1, maxLength: 8 }),
      echo: fc.nat(5),
      isEager: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ before, after, window, kept, page, turns, echo, isEager }) => {
        let at = 0;
        const pace = (isEager ? answeredAfter : afterTurns)(() => turns[at++ % turns.length]!);
        const { run, actor, context } = saying(before, {
          ...{ window, append: pace, read: pace },
          keep: { events: kept, bytes: 1e9 },
          page: { events: page, bytes: 1e6 },
        });
        const readers: Collected[] = [];
        for (let more = 0; more < after; more++) {
          let echoes = echo;
          readers.push(
            collect(run, item => {
              if (!('final' in item) && echoes-- > 0) context.token('echo');
            }),
          );
          context.token('more');
          if (more % 3 === 0) await settle();
        }
        await context.drained();
        actor.end.complete(undefined);
        readers.push(collect(run));
        await until(() => readers.every(({ ended }) => ended), 'every reader ends');
        for (const reader of readers) expect(broken(reader)).toBeUndefined();
      }),
      { numRuns: 120 },
    );
  });
});
