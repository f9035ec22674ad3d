import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Backend, ReadResult } from '../../../src/backends/backend.ts';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';
import type { FileTrouble } from '../../../src/backends/file/open-store.ts';
import { verifyFiles } from '../../../src/backends/file/verify-files.ts';
import { LawRun, seen, type Seen } from '../../../src/testing/backend-laws/law-run.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';

const root = mkdtempSync(join(tmpdir(), 'sluice-damage-'));
const whole = join(root, 'whole');
const hurt = join(root, 'hurt');
const clock = new ManualClock();
let run: LawRun;
/** The one file of the log, within its folder, and what stands in it. */
let file: string;
let bytes: Buffer;
let troubles: FileTrouble[];

beforeAll(async () => {
  const backend = await fileBackend({ dir: whole, clock });
  // Line breaks to Unicode, none to JSON.
  const labels = { note: 'a\u2028b\u2029c\u0085d' };
  run = await LawRun.create(backend, { open: () => backend, clock }, { labels });
  for (const texts of [['a', 'b'], ['c', 'd', 'ä€😀'], ['f'], ['g', 'h']]) await run.write(...texts);
  await backend.close();
  file = readdirSync(whole, { recursive: true, encoding: 'utf8' }).find(name => name.endsWith('.log'))!;
  bytes = readFileSync(join(whole, file));
});
afterAll(() => rmSync(root, { recursive: true }));

/** Opens the store after something was done to its files. */
async function damaged(damage: () => unknown, use: (backend: Backend) => Promise<void>): Promise<void> {
  rmSync(hurt, { recursive: true, force: true });
  cpSync(whole, hurt, { recursive: true });
  await damage();
  troubles = [];
  const backend = await fileBackend({ dir: hurt, clock, onTrouble: trouble => troubles.push(trouble) });
  await use(backend).finally(() => backend.close());
}

/** Everything a reader is given from the start: events, and gaps. */
async function readAll(backend: Backend): Promise<{ events: Seen[]; lost: number[]; tip: number }> {
  const events: Seen[] = [];
  const lost: number[] = [];
  for (let after = 0; ;) {
    const answer: ReadResult = await backend.log.read(run.key, { after, limit: 3 });
    if (answer.result === 'gap') {
      for (let seq = answer.from; seq <= answer.to; seq++) lost.push(seq);
      after = answer.to;
    } else if (answer.result === 'page') {
      if (answer.entries.length === 0) return { events, lost, tip: answer.tip };
      events.push(...seen(answer.entries));
      after = answer.entries.at(-1)!.seq;
    } else throw new Error(answer.result);
  }
}

describe('a log whose end is torn', () => {
  it('has what was acknowledged, wherever the tear is', async () => {
    const heads = [...bytes.toString('latin1').matchAll(/^#\{/gm)].map(({ index }) => index);
    const ends = [...heads, bytes.length];
    const isNear = (size: number): boolean => ends.some(end => Math.abs(end - size) < 4);
    for (let size = 0; size <= bytes.length; size++) {
      if (size % 13 !== 0 && !isNear(size)) continue;
      await damaged(
        () => truncateSync(join(hurt, file), size),
        async backend => {
          const groups = ends.filter(end => end <= size).length - 1;
          expect((await readAll(backend)).events).toEqual(
            seen(run.written.slice(0, [0, 2, 5, 6, 8][groups])),
          );
          expect(troubles.map(({ trouble }) => trouble)).toEqual(ends.includes(size) ? [] : ['torn-tail']);
        },
      );
    }
  }, 60_000);

  it('takes the events that were lost once more', () =>
    damaged(
      () => truncateSync(join(hurt, file), bytes.length - 5),
      async backend => {
        const again = { id: 'again', after: 6, entries: run.written.slice(6) };
        expect(await backend.log.append(run.key, again)).toMatchObject({ result: 'ok', first: 7, last: 8 });
        expect((await readAll(backend)).events).toEqual(seen(run.written));
      },
    ));
});

describe('a log with bytes that are not as they were written', () => {
  const flips = fc.array(fc.tuple(fc.nat({ max: 1_000_000 }), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 3,
  });

  it('gives no event that was not said, and tells which are lost', async () => {
    const check = (places: [number, number][]): Promise<void> => {
      const broken = Buffer.from(bytes);
      for (const [at, mask] of places) broken[at % bytes.length]! ^= mask;
      let findings = 0;
      return damaged(
        async () => {
          writeFileSync(join(hurt, file), broken);
          for await (const { path } of verifyFiles(hurt)) if (path.endsWith(file)) findings++;
        },
        async backend => {
          expect(findings > 0).toBe(!broken.equals(bytes));
          const { events, lost, tip } = await readAll(backend);
          const said = new Map(seen(run.written));
          for (const [cursor, line] of events) expect(line).toBe(said.get(cursor));
          const told = [...events.map(([cursor]) => Number(cursor.split('.')[1])), ...lost];
          expect(told.sort((a, b) => a - b)).toEqual(Array.from({ length: tip }, (_, at) => at + 1));
        },
      );
    };
    await fc.assert(fc.asyncProperty(flips, check), { numRuns: 100 });
  }, 60_000);
});

describe('verifyFiles', () => {
  it('finds nothing in a store that is whole, and says how much it looked at', async () => {
    const progress = { runs: 0, events: 0, bytes: 0 };
    for await (const finding of verifyFiles(whole, progress)) expect(finding).toBeUndefined();
    expect(progress).toEqual({ runs: 1, events: 8, bytes: bytes.length });
  });
});

describe('a journal that is damaged', () => {
  it('knows the runs of the lines that are whole, and says which are not', () =>
    damaged(
      () => {
        const path = join(hurt, 'runs.journal');
        const lines = readFileSync(path, 'utf8');
        writeFileSync(path, `00000000 {"put":{}}\n${lines}0badc0de {"put":{"runId"`);
      },
      async backend => {
        const said = [{ trouble: 'broken-record', message: 'line 1 is not as it was written.' }];
        expect(troubles).toMatchObject(said);
        expect(backend.directory.get(run.key)).toMatchObject({ labels: run.record.labels! });
        expect((await readAll(backend)).events).toEqual(seen(run.written));
      },
    ));
});
