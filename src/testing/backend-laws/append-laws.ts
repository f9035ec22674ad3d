import type { Law } from '../law.ts';
import { runKey } from '../../backends/backend.ts';
import { law, type BackendLab } from './backend-lab.ts';
import { LawRun, seen } from './law-run.ts';
import { mustEqual } from './must-equal.ts';

/** Order, exactly one end, and nothing twice. */
export const appendLaws: readonly Law<BackendLab>[] = [
  law('keeps events in the order of appending, by batches of one and of many', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await run.write('a');
    await run.write('b', 'c', 'd');
    await run.write('e');
    const page = await run.page();
    mustEqual(seen(page.entries), seen(run.written), 'events');
    mustEqual(
      page.entries.map(entry => entry.event.seq),
      [1, 2, 3, 4, 5],
      'seq inside the events',
    );
    mustEqual([page.tip, page.cursor, page.closed], [5, run.cursor, false], 'tip');
  }),

  law(
    'refuses a batch that does not follow the newest event, and takes nothing of it',
    async (backend, lab) => {
      const run = await LawRun.create(backend, lab);
      const stale = run.batch(['x', 'y']);
      await run.write('a', 'b', 'c');
      const ahead = { ...run.batch(['z']), after: 7 };
      mustEqual(await run.append(stale), { result: 'gap', expected: 3 }, 'a batch behind the end');
      mustEqual(await run.append(ahead), { result: 'gap', expected: 3 }, 'a batch ahead of the end');
      mustEqual(seen((await run.page()).entries), seen(run.written), 'events');
    },
  ),

  law('lets one of two batches win that are sent for the same place at once', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await run.write('a');
    const batches = [run.batch(['left']), run.batch(['right'])];
    const answers = await Promise.all(batches.map(async batch => run.append(batch)));
    mustEqual(answers.map(({ result }) => result).sort(), ['gap', 'ok'], 'answers');
    const winner = batches[answers.findIndex(({ result }) => result === 'ok')]!;
    mustEqual(seen((await run.page({ after: 1 })).entries), seen(winner.entries), 'events');
  }),

  law('answers a repeated batch as the first time and writes nothing', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    const early = await run.write('a', 'b');
    const middle = await run.write('c');
    for (let more = 0; more < 60; more++) await run.write(`more ${more}`);
    const late = await run.write('y', 'z');
    for (const batch of [late, middle, early, late]) {
      const last = batch.after + batch.entries.length;
      const expected = {
        result: 'duplicate',
        first: batch.after + 1,
        last,
        cursor: batch.entries.at(-1)!.cursor,
      };
      mustEqual(await run.append(batch), expected, `batch after ${batch.after}, sent again`);
    }
    mustEqual(seen((await run.page()).entries), seen(run.written), 'events');
  }),

  law('writes a batch once that is sent twice at once', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    const batch = run.batch(['a', 'b']);
    const answers = await Promise.all([run.append(batch), run.append(batch)]);
    mustEqual(answers.map(({ result }) => result).sort(), ['duplicate', 'ok'], 'answers');
    mustEqual(seen((await run.page()).entries), seen(batch.entries), 'events');
  }),

  law('has exactly one end, which is last, and tells it', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await run.write('a');
    await run.must(run.batch(['b', 'the end'], 'error'));
    const more = run.batch(['more']);
    const again = run.batch(['again'], 'cancelled');
    mustEqual(await run.append(more), { result: 'closed', end: 3 }, 'an event after the end');
    mustEqual(await run.append(again), { result: 'closed', end: 3 }, 'a second end');
    const page = await run.page();
    mustEqual(seen(page.entries), seen(run.written), 'events');
    mustEqual([page.closed, page.tip, page.entries.at(-1)?.event.final], [true, 3, true], 'end');
  }),

  law('knows a repeated final batch as a duplicate, not as one after the end', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    const first = await run.write('a');
    const final = await run.end();
    for (const batch of [final, first]) {
      const { after, entries } = batch;
      const expected = { result: 'duplicate', first: after + 1, last: after + 1, cursor: entries[0]!.cursor };
      mustEqual(await run.append(batch), expected, `batch after ${after}, sent again`);
    }
    mustEqual(seen((await run.page()).entries), seen(run.written), 'events');
  }),

  law('says that a run is lost before anything else, and closed before gap', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    const wrong = { ...run.batch(['x']), after: 9 };
    const final = await run.end();
    mustEqual(await run.append(wrong), { result: 'closed', end: 1 }, 'a batch elsewhere, after the end');
    const nowhere = runKey(run.record.tenantId, 'no-such-run');
    mustEqual(await backend.log.append(nowhere, wrong), { result: 'lost' }, 'a run that never was');
    await backend.directory.delete(run.key);
    mustEqual(await run.append(final), { result: 'lost' }, 'a repeated batch to an erased run');
  }),
];
