import { runKey } from '../../backends/backend.ts';
import type { Entry } from '../../event/entry.ts';
import { breach, type Law } from '../law.ts';
import { law, type BackendLab } from './backend-lab.ts';
import { LawRun, seen } from './law-run.ts';
import { checkProgram, type BackendStep } from './model.ts';
import { mustEqual } from './must-equal.ts';

/** Pages in both directions, and what a position that does not fit is told. */
export const readLaws: readonly Law<BackendLab>[] = [
  law('reads the same events by pages of any size, in both directions', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    for (const texts of [['a'], ['b', 'c', 'd', 'e'], ['f'], ['g', 'h', 'i']]) await run.write(...texts);
    for (const limit of [1, 2, 3, 5, 100]) {
      for (const reverse of [false, true]) {
        const expected = reverse ? [...run.written].reverse() : run.written;
        const found = await walk(run, limit, reverse);
        mustEqual(seen(found), seen(expected), `pages of ${limit}${reverse ? ', reversed' : ''}`);
      }
    }
  }),

  law('answers random programs like an array', async (backend, lab) => {
    for (let seed = 1; seed <= 8; seed++) await checkProgram(backend, lab, randomProgram(seed));
  }),

  law('keeps a page within its bytes, but gives at least one event', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await run.write('x'.repeat(5_000), 'a', 'b', 'c', 'x'.repeat(5_000));
    for (const reverse of [false, true]) {
      const none = await run.page({ bytes: 0, reverse });
      mustEqual(none.entries.length, 1, 'events of a page of no bytes');
      const first = await run.page({ bytes: 1, reverse });
      mustEqual(
        first.entries.map(({ seq }) => seq),
        [reverse ? 5 : 1],
        'a page of one byte',
      );
    }
    const { entries } = await run.page({ after: 1, bytes: 3_000 });
    const size = entries.reduce((sum, { line }) => sum + line.length, 0);
    if (entries.length === 0 || size > 3_000) breach(`expected 1 to 3,000 bytes, got ${size}`);
  }),

  law('gives the tip alone for a limit of 0, also of an empty and of a trimmed log', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    const empty = { result: 'page', entries: [], tip: 0, cursor: run.cursor, closed: false };
    mustEqual(await run.read({ limit: 0 }), empty, 'tip of an empty log');
    mustEqual(await run.read({ limit: 10 }), empty, 'page of an empty log');
    await run.write('a', 'b', 'c');
    await backend.log.trim(run.key, 2);
    const tip = { result: 'page', entries: [], tip: 3, cursor: run.cursor, closed: false };
    mustEqual(await run.read({ limit: 0 }), tip, 'tip of a trimmed log');
    mustEqual(await run.read({ limit: 0, reverse: true }), tip, 'tip, reversed');
  }),

  law('tells a reader of another life, or from the future, to begin again', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await run.write('a', 'b');
    const { epoch } = run.record;
    mustEqual(await run.read({ epoch: 'another' }), { result: 'reset', reason: 'epoch' }, 'another epoch');
    const both = await run.read({ epoch: 'another', after: 9 });
    mustEqual(both, { result: 'reset', reason: 'epoch' }, 'another epoch and a seq that it had');
    mustEqual(await run.read({ after: 3, epoch }), { result: 'reset', reason: 'future' }, 'a seq to come');
    mustEqual((await run.page({ after: 2, epoch })).entries, [], 'page after the newest event');
  }),

  law('says that a run is absent that never was', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    const nowhere = runKey(run.record.tenantId, 'no-such-run');
    const answer = await backend.log.read(nowhere, { after: 0, limit: 10, epoch: 'any' });
    mustEqual(answer, { result: 'absent' }, 'read');
    await backend.log.trim(nowhere, 5);
  }),
];

/** Only where cursors carry a chain. */
export const chainLaws: readonly Law<BackendLab>[] = [
  law('tells a reader whose history is another one that there was a fork', async (backend, lab) => {
    const run = await LawRun.create(backend, lab);
    await run.write('a', 'b', 'c');
    const hash = hashOf(run.written[1]!);
    const { entries } = await run.page({ after: 2, hash });
    mustEqual(seen(entries), seen(run.written.slice(2)), 'page after the true hash');
    const forked = await run.read({ after: 2, hash: hashOf(run.written[0]!) });
    mustEqual(forked, { result: 'reset', reason: 'fork' }, 'page after another hash');
  }),
];

function hashOf({ cursor }: Entry): string {
  return cursor.slice(cursor.lastIndexOf('.') + 1);
}

async function walk(run: LawRun, limit: number, reverse: boolean): Promise<Entry[]> {
  const found: Entry[] = [];
  for (let after = 0; found.length <= run.written.length; after = found.at(-1)!.seq) {
    const { entries } = await run.page({ after, limit, reverse });
    if (entries.length > limit) breach(`expected at most ${limit} events, got ${entries.length}`);
    found.push(...entries);
    // Reversed, 0 is the end of the log: the walk is over when it has the first event.
    if (entries.length === 0 || (reverse && found.at(-1)!.seq === 1)) break;
  }
  return found;
}

function randomProgram(seed: number): BackendStep[] {
  // A linear congruential generator (Numerical Recipes): programs are the same on every machine.
  let state = seed;
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  let count = 0;
  const step = (): BackendStep => {
    const kind = below(10);
    if (kind < 4) {
      const lengths = Array.from({ length: 1 + below(5) }, () => below(200));
      count += lengths.length;
      return { step: 'append', lengths };
    }
    if (kind === 4) return { step: 'trim', seq: below(count + 1) };
    if (kind === 5) return { step: 'repeat', back: below(4) };
    const bytes = below(2) === 0 ? {} : { bytes: below(1_500) };
    return { step: 'read', after: below(count + 2), limit: below(8), reverse: below(3) === 0, ...bytes };
  };
  return [
    ...Array.from({ length: 60 }, step),
    { step: 'append', lengths: [1], end: true },
    ...Array.from({ length: 5 }, step),
  ];
}
