import { breach, type Law } from '../law.ts';
import { law, type BackendLab } from './backend-lab.ts';
import { LawRun, seen } from './law-run.ts';
import { mustEqual } from './must-equal.ts';

/** What goes first, what stays, and that no reader misses anything unawares. */
export const retentionLaws: readonly Law<BackendLab>[] = [
  law('tells a reader exactly what was trimmed before it goes on', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await run.write('a', 'b', 'c');
    await run.write('d', 'e', 'f');
    await backend.log.trim(run.key, 4);
    const { epoch } = run.record;
    const gap = { result: 'gap', from: 1, to: 4, cursor: run.written[3]!.cursor };
    mustEqual(await run.read(), gap, 'from the start');
    mustEqual(await run.read({ after: 2, epoch }), { ...gap, from: 3 }, 'from the middle of what is gone');
    for (const after of [4, 5]) {
      const { entries } = await run.page({ after, epoch });
      mustEqual(seen(entries), seen(run.written.slice(after)), `after ${after}`);
    }
  }),

  law('tells a gap in the middle of paging, in both directions', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    for (const text of 'abcdefghij') await run.write(text);
    const first = await run.page({ limit: 3 });
    const last = await run.page({ limit: 3, reverse: true });
    await backend.log.trim(run.key, 7);
    const on = await run.read({ after: first.entries.at(-1)!.seq, limit: 3 });
    mustEqual(on, { result: 'gap', from: 4, to: 7, cursor: run.written[6]!.cursor }, 'the second page');
    const back = await run.read({ after: last.entries.at(-1)!.seq, limit: 3, reverse: true });
    mustEqual(
      back,
      { result: 'gap', from: 1, to: 7, cursor: run.written[6]!.cursor },
      'the second page, reversed',
    );
  }),

  law('never trims the newest event', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await backend.log.trim(run.key, 5);
    mustEqual((await run.page()).entries, [], 'an empty log, trimmed');
    await run.write('a', 'b', 'c');
    await backend.log.trim(run.key, 100);
    mustEqual(seen((await run.page({ after: 2 })).entries), seen(run.written.slice(2)), 'events');
    await run.write('d');
    mustEqual(seen(await run.kept()), seen(run.written.slice(2)), 'events after one more');
  }),

  law('keeps at most so many events, the newest ones', async (backend, lab) => {
    const run = await LawRun.create(backend, lab, { keep: { events: 50, bytes: 16_000_000 } });
    for (let count = 0; count < 300; count++) await run.write(`event ${count}`);
    mustBeNewest(run, seen(await run.kept()), 25, 50);
  }),

  law('keeps at most so many bytes, the newest ones', async (backend, lab) => {
    const run = await LawRun.create(backend, lab, { keep: { events: 10_000, bytes: 20_000 } });
    for (let count = 0; count < 300; count++) await run.write('x'.repeat(200));
    const kept = await run.kept();
    const bytes = kept.reduce((sum, { line }) => sum + line.length, 0);
    if (bytes > 20_000) breach(`expected at most 20,000 bytes, got ${bytes}`);
    mustBeNewest(run, seen(kept), 20, 300);
  }),

  law('admits an event that is larger than all that may be kept, and the end', async (backend, lab) => {
    const run = await LawRun.create(backend, lab, { keep: { events: 1, bytes: 10 } });
    await run.write('a');
    await run.write('x'.repeat(1_000));
    mustEqual(seen(await run.kept()), seen(run.written.slice(1)), 'events');
    await run.end();
    mustEqual(seen(await run.kept()), seen(run.written.slice(2)), 'events at the end');
    mustEqual((await run.page({ limit: 0 })).closed, true, 'closed');
  }),
];

function mustBeNewest(run: LawRun, kept: readonly unknown[], least: number, most: number): void {
  if (kept.length < least || kept.length > most)
    breach(`expected ${least} to ${most} events, got ${kept.length}`);
  mustEqual(kept, seen(run.written.slice(-kept.length)), 'events');
}
