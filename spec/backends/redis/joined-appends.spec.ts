import { afterAll, describe, expect, it } from '@jest/globals';
import { LawRun, seen } from '../../../src/testing/backend-laws/law-run.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

const keyOf = (kind: string, run: LawRun): string => `${lab.prefix}:${kind}:{${run.key}}`;

async function scriptCalls(): Promise<number> {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await lab.probe.info('commandstats'))?.[1] ?? 0);
}

describe('appends of one turn to many Redis logs', () => {
  it('go by one script for 64 of them, and each comes out as if it were alone', async () => {
    const backend = await lab.open({ sweep: 3_600_000 });
    const runs = await Promise.all(Array.from({ length: 65 }, () => LawRun.create(backend, lab)));
    // The first append of a log is one by itself: it sets what lives how long. Then the script is loaded.
    for (const run of runs) await run.write('first');
    await runs[0]!.write('one more');
    const before = await scriptCalls();
    await Promise.all(runs.map(run => run.write('second', 'third')));
    expect((await scriptCalls()) - before).toBe(2);
    for (const run of runs) expect(seen((await run.page()).entries)).toEqual(seen(run.written));
    await backend.close();
  });

  it('tell each log its own trouble, and harm no other', async () => {
    const [backend, other] = [await lab.open(), await lab.open()];
    const kinds = ['fine', 'erased', 'overtaken', 'trimmed', 'headless', 'streamless', 'fine too'];
    const runs = await Promise.all(kinds.map(() => LawRun.create(backend, lab)));
    for (const run of runs) await run.write('a', 'b');
    const [, erased, overtaken, trimmed, headless, streamless] = runs as [
      ...[LawRun, LawRun, LawRun, LawRun, LawRun, LawRun],
    ];
    await other.directory.delete(erased.key);
    await other.log.append(overtaken.key, { ...overtaken.batch(['theirs']), id: 'theirs' });
    await other.log.trim(trimmed.key, 1);
    await lab.probe.del(keyOf('m', headless));
    await lab.probe.del(keyOf('s', streamless));
    const answers = await Promise.all(runs.map(async run => run.append(run.batch(['c']))));
    expect(answers.map(({ result }) => result)).toEqual(['ok', 'lost', 'gap', 'ok', 'lost', 'ok', 'ok']);
    expect(await trimmed.read({ after: 0 })).toMatchObject({ result: 'gap', from: 1, to: 1 });
    // A stream that was made anew goes like any other.
    expect(await lab.probe.pttl(keyOf('s', streamless))).toBeGreaterThan(0);
    await Promise.all([backend.close(), other.close()]);
  });

  it('are found to be duplicates when they come again', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    const batches = [await run.write('a'), await run.write('b'), await run.write('c')];
    for (const batch of batches) expect((await run.append(batch)).result).toBe('duplicate');
    const twice = run.batch(['d']);
    const answers = await Promise.all([twice, twice].map(async batch => run.append(batch)));
    expect(answers.map(({ result }) => result).sort()).toEqual(['duplicate', 'ok']);
    await backend.close();
  });

  it('keep the bounds of a log, and what another process trimmed', async () => {
    const [backend, other] = [await lab.open(), await lab.open()];
    const run = await LawRun.create(backend, lab, { keep: { events: 40, bytes: 1e6 } });
    for (let count = 0; count < 60; count++) await run.write(`event ${count}`);
    expect(seen(await run.kept())).toEqual(seen(run.written.slice(-40)));
    await other.log.trim(run.key, 50);
    await run.write('after');
    expect(seen(await run.kept())).toEqual(seen(run.written.slice(50)));
    const gap = await run.read();
    expect([gap, 'reason' in gap]).toEqual([
      expect.objectContaining({ result: 'gap', from: 1, to: 50 }),
      false,
    ]);
    await Promise.all([backend.close(), other.close()]);
  });

  it('stand in the order of the calls, among calls of other kinds', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    await run.write('a');
    await run.write('b');
    await run.page();
    const third = run.batch(['c']);
    run.written.push(...third.entries);
    const [, page] = await Promise.all([run.append(third), run.page()]);
    expect(seen(page.entries)).toEqual(seen(run.written));
    await backend.log.trim(run.key, 1);
    const fourth = run.batch(['d']);
    run.written.push(...fourth.entries);
    await Promise.all([run.append(fourth), backend.log.trim(run.key, 3)]);
    expect(await run.read()).toMatchObject({ result: 'gap', from: 1, to: 3 });
    const fifth = run.batch(['e']);
    run.written.push(...fifth.entries);
    const answers = await Promise.all([run.append(fifth), run.append(run.batch(['end'], 'complete'))]);
    expect(answers.map(({ result }) => result)).toEqual(['ok', 'ok']);
    await backend.close();
  });

  it('leave no hole where the log has lost its end', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    await run.write('a');
    await run.write('b');
    const places = [keyOf('m', run), keyOf('s', run)];
    const dumps = await Promise.all(places.map(place => lab.probe.dumpBuffer(place)));
    await run.write('c');
    for (const [at, place] of places.entries())
      await lab.probe.restore(place, 600_000, dumps[at]!, 'REPLACE');
    await run.write('d');
    expect(seen((await run.page()).entries)).toEqual(seen(run.written));
    await backend.close();
  });
});
