import { describe, expect, it } from '@jest/globals';
import { runKey } from '../../src/backends/backend.ts';
import type { RunItem } from '../../src/run/window.ts';
import { codeOf } from '../support/code-of.ts';
import { runLab, type RunLab } from '../support/run-lab.ts';
import { settle } from '../support/settle.ts';
import { Floodgate } from '../support/slow-backend.ts';

const key = runKey('tenant', 'run');

/** Counts who watches the log of a run. */
function watched({ backend }: RunLab): () => number {
  let watchers = 0;
  const { watch } = backend.log;
  Object.assign(backend.log, {
    watch: (...args: Parameters<typeof watch>) => {
      const leave = watch(...args);
      watchers++;
      return () => {
        watchers--;
        leave();
      };
    },
  });
  return () => watchers;
}

function seqOf(value: unknown): unknown {
  const item = value as RunItem | undefined;
  return item && ('seq' in item ? item.seq : item.notice);
}

describe('a run as an async iterator', () => {
  it('gives every event and ends after the final one, however late it begins', async () => {
    const { run, actor, context } = runLab({ window: 1 });
    actor.begin({}, 0);
    for (let at = 0; at < 9; at++) context.token('x');
    actor.end.complete(undefined);
    for (let reader = 0; reader < 2; reader++) {
      const seqs: unknown[] = [];
      for await (const item of run) seqs.push(seqOf(item));
      expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    }
  });

  it('takes no page before it is asked, and holds one at the most', async () => {
    const lab = runLab({ page: { events: 2, bytes: 1e6 } });
    let reads = 0;
    const { read } = lab.backend.log;
    Object.assign(lab.backend.log, {
      read: (...args: Parameters<typeof read>) => (reads++, read(...args)),
    });
    lab.actor.begin({}, 0);
    for (let at = 0; at < 9; at++) lab.context.token('x');
    const iterator = lab.run[Symbol.asyncIterator]();
    await settle();
    expect(reads).toBe(0);
    await iterator.next();
    await iterator.next();
    await settle();
    expect(reads).toBe(1);
    await iterator.next();
    expect(reads).toBe(2);
  });

  it('waits at the tip, and wakes for what comes', async () => {
    const { run, actor, context } = runLab();
    actor.begin({}, 0);
    const iterator = run[Symbol.asyncIterator]();
    await iterator.next();
    const next = iterator.next();
    await settle();
    context.token('x');
    expect(seqOf((await next).value)).toBe(2);
  });

  it('answers calls of next in their order', async () => {
    const { run, actor, context } = runLab();
    actor.begin({}, 0);
    const iterator = run[Symbol.asyncIterator]();
    const three = [iterator.next(), iterator.next(), iterator.next(), iterator.next()];
    context.token('x');
    actor.end.complete(undefined);
    expect((await Promise.all(three)).map(({ done, value }) => [done, seqOf(value)])).toEqual([
      [false, 1],
      [false, 2],
      [false, 3],
      [true, undefined],
    ]);
  });

  it('ends when return is called while a next is waiting, and leaves the log', async () => {
    const lab = runLab();
    const watchers = watched(lab);
    lab.actor.begin({}, 0);
    const iterator = lab.run[Symbol.asyncIterator]();
    await iterator.next();
    const next = iterator.next();
    await settle();
    expect(watchers()).toBe(1);
    await iterator.return!();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(watchers()).toBe(0);
  });

  it('leaves the log at the end, and when its loop is left', async () => {
    const lab = runLab();
    const watchers = watched(lab);
    lab.actor.begin({}, 0);
    lab.context.token('x');
    for await (const item of lab.run) if (item) break;
    expect(watchers()).toBe(0);
    lab.actor.end.complete(undefined);
    for await (const item of lab.run) void item;
    expect(watchers()).toBe(0);
  });

  it('that is never read watches nothing, and one that is abandoned no longer than to the next ring', async () => {
    const lab = runLab();
    const watchers = watched(lab);
    lab.actor.begin({}, 0);
    lab.run[Symbol.asyncIterator]();
    await settle();
    expect(watchers()).toBe(0);
    const abandoned = lab.run[Symbol.asyncIterator]();
    await abandoned.next();
    expect(watchers()).toBe(1);
    lab.context.token('x');
    expect(watchers()).toBe(0);
    // It was slow and not abandoned: it goes on as if nothing had been.
    expect(seqOf((await abandoned.next()).value)).toBe(2);
    const third = abandoned.next();
    await settle();
    lab.context.token('y');
    expect(seqOf((await third).value)).toBe(3);
  });

  it('tells that the run was erased under it, and ends', async () => {
    const { run, actor, backend } = runLab();
    actor.begin({}, 0);
    const iterator = run[Symbol.asyncIterator]();
    await iterator.next();
    const next = iterator.next();
    await settle();
    void backend.directory.delete(key);
    expect((await next).value).toEqual({ notice: 'reset', runId: 'run', reason: 'gone' });
    expect((await iterator.next()).done).toBe(true);
  });

  it('rejects once where the log fails, and is then at its end', async () => {
    const lab = runLab();
    const watchers = watched(lab);
    lab.actor.begin({}, 0);
    Object.assign(lab.backend.log, { read: () => Promise.reject(new Error('disk')) });
    const iterator = lab.run[Symbol.asyncIterator]();
    expect(await codeOf(() => iterator.next())).toBe('STORAGE_LOST');
    expect((await iterator.next()).done).toBe(true);
    expect(watchers()).toBe(0);
  });

  it('returns at once while a page is on its way, and leaves nothing behind', async () => {
    const gate = new Floodgate();
    const lab = runLab({ read: gate.pace });
    const watchers = watched(lab);
    lab.actor.begin({}, 0);
    const iterator = lab.run[Symbol.asyncIterator]();
    const next = iterator.next();
    await settle();
    await iterator.return!();
    gate.open();
    expect((await next).done).toBe(true);
    expect(watchers()).toBe(0);
  });
});
