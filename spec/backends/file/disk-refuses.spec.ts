import { mkdtempSync, readdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';
import type { FileTrouble } from '../../../src/backends/file/open-store.ts';
import { LawRun } from '../../../src/testing/backend-laws/law-run.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-refuses-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('tells once that the disk takes nothing, and again the next time', async () => {
  const clock = new ManualClock();
  const troubles: FileTrouble[] = [];
  const backend = await fileBackend({ dir, clock, onTrouble: trouble => troubles.push(trouble) });
  const lab = { open: () => backend, clock };
  const refusedRun = async (): Promise<void> => {
    const run = await LawRun.create(backend, lab);
    await expect(run.write('a')).rejects.toThrow(/ENOTDIR|EEXIST/);
  };
  // A file where the folders of runs should be: nothing can be written there, by root neither.
  const runs = join(dir, 'runs');
  const block = (): void => {
    for (const name of readdirSync(runs)) renameSync(join(runs, name), join(dir, `aside-${name}`));
    rmdirSync(runs);
    writeFileSync(runs, '');
  };
  block();
  await refusedRun();
  await refusedRun();
  expect(troubles).toEqual([
    { trouble: 'not-written', path: dir, message: expect.stringMatching(/ENOTDIR|EEXIST/) },
  ]);
  rmSync(runs);
  await (await LawRun.create(backend, lab)).write('a');
  block();
  await refusedRun();
  expect(troubles).toHaveLength(2);
  await backend.close();
});
