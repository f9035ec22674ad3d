import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';
import { backendLaws, checkProgram, type BackendLab } from '../../../src/testing/backend-laws.ts';
import { LawRun, seen, type Seen } from '../../../src/testing/backend-laws/law-run.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { backendStep } from '../backend-step.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-file-'));
const clock = new ManualClock();
const lab: BackendLab = { open: () => fileBackend({ dir, clock }), clock };
afterAll(() => rmSync(dir, { recursive: true }));

describe('fileBackend', () => {
  describeLaws(backendLaws({ durable: true, shared: false, chained: true }), lab);

  it('answers any program like an array', async () => {
    const backend = await lab.open();
    await fc.assert(
      fc.asyncProperty(fc.array(backendStep, { maxLength: 60 }), program =>
        checkProgram(backend, lab, program),
      ),
    );
    await backend.close();
  }, 60_000);

  it('keeps a long run in several files, and removes the oldest of them', async () => {
    const keep = { events: 100_000, bytes: 2_000_000 };
    const first = await lab.open();
    const run = await LawRun.create(first, lab, { keep });
    for (let group = 0; group < 50; group++) {
      await run.write(...Array.from({ length: 10 }, (_, at) => `${group}.${at} ${'x'.repeat(10_000)}`));
    }
    const files = (): string[] =>
      readdirSync(join(dir, 'runs'), { recursive: true, encoding: 'utf8' }).filter(
        name => name.includes(run.record.runId) && name.endsWith('.log'),
      );
    expect(files().length).toBeGreaterThan(1);
    expect(files().length).toBeLessThan(5);
    const kept = seen(await run.kept(30));
    expect(kept.length).toBeGreaterThan(100);
    expect(kept).toEqual(seen(run.written.slice(-kept.length)));
    await first.close();

    const again = await lab.open();
    const back: Seen[] = [];
    for (let before = 0, left = kept.length; left > 0; left = kept.length - back.length) {
      const page = await again.log.read(run.key, { after: before, limit: 30, reverse: true, bytes: 200_000 });
      if (page.result !== 'page') throw new Error(page.result);
      back.push(...seen(page.entries));
      before = page.entries.at(-1)!.seq;
    }
    expect(back.reverse()).toEqual(kept);
    for (const after of [499, 450, 500 - kept.length, 480]) {
      const page = await again.log.read(run.key, {
        after,
        limit: 5,
        hash: run.written[after - 1]!.cursor.split('.')[2],
      });
      expect(page).toMatchObject({ result: 'page', tip: 500 });
      if (page.result === 'page')
        expect(seen(page.entries)).toEqual(seen(run.written.slice(after, after + 5)));
    }
    await again.close();
  }, 60_000);
});
