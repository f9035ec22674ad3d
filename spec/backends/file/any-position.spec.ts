import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';
import { LawRun, seen } from '../../../src/testing/backend-laws/law-run.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';

const [FEW, MANY] = [5, 300];
const KB = 1_024;

/** Groups as runs have them: many small ones, some of many events, some events that are large. */
const group = fc.oneof(
  { weight: 6, arbitrary: fc.record({ events: fc.integer({ min: 1, max: FEW }), size: fc.constant(20) }) },
  { weight: 2, arbitrary: fc.record({ events: fc.constant(MANY), size: fc.integer({ min: 1, max: 200 }) }) },
  { weight: 1, arbitrary: fc.record({ events: fc.constant(1), size: fc.constantFrom(20 * KB, 300 * KB) }) },
);
const groups = fc.array(group, { minLength: 40, maxLength: 100 });

describe('a position in a log', () => {
  it.each([
    ['by the process that wrote it', false],
    ['by another one', true],
  ])('is found %s, however large the groups around it are', async (_, isAnother) => {
    await fc.assert(
      fc.asyncProperty(
        groups,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (all, anywhere) => {
          const dir = mkdtempSync(join(tmpdir(), 'sluice-position-'));
          const clock = new ManualClock();
          let backend = await fileBackend({ dir, clock, fsync: 'never' });
          const run = await LawRun.create(
            backend,
            { open: () => backend, clock },
            {
              keep: { events: 1_000_000, bytes: 1_000_000_000 },
            },
          );
          for (const { events, size } of all)
            await run.must(run.batch(Array.from({ length: events }, () => 'ä'.repeat(size))));
          if (isAnother) {
            await backend.close();
            backend = await fileBackend({ dir, clock });
          }
          const { written, key } = run;
          const readAnywhere = async (limit: number): Promise<void> => {
            const after = Math.floor(anywhere.next().value! * (written.length - 1));
            const hash = written[after - 1]?.cursor.split('.')[2];
            const page = await backend.log.read(key, { after, limit, hash });
            if (page.result !== 'page') throw new Error(`expected a page after ${after}, got ${page.result}`);
            expect(seen(page.entries)).toEqual(seen(written.slice(after, after + limit)));
          };
          // At a time, and again and again, since they share the memory that they read into.
          const readers = [1, 7, 512, 1, 7, 512].map(async limit => {
            for (let times = 0; times < 6; times++) await readAnywhere(limit);
          });
          await Promise.all(readers);
          await backend.close();
          rmSync(dir, { recursive: true });
        },
      ),
      { numRuns: 2, endOnFailure: true },
    );
  });
});
