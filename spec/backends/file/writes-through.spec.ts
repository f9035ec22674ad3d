import { constants, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fileBackend, type Fsync } from '../../../src/backends/file/index.ts';
import { LawRun } from '../../../src/testing/backend-laws/law-run.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';

const onLinux = process.platform === 'linux' ? it : it.skip;

/** How this process has opened the files of logs below a folder. */
function flagsOfLogs(dir: string): number[] {
  return readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      if (!path.startsWith(dir) || !path.endsWith('.log')) return [];
      const info = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
      return [Number.parseInt(/flags:\s*(\d+)/.exec(info)![1]!, 8)];
    } catch {
      // The one that reads the folder itself is gone by now.
      return [];
    }
  });
}

async function isThrough(fsync: Fsync): Promise<boolean[]> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-through-'));
  const clock = new ManualClock();
  const backend = await fileBackend({ dir, clock, fsync });
  const run = await LawRun.create(backend, { open: () => backend, clock });
  for (const text of ['a', 'b', 'c']) await run.write(text);
  const flags = flagsOfLogs(dir);
  await backend.close();
  rmSync(dir, { recursive: true });
  return flags.map(flags => (flags & constants.O_DSYNC) !== 0);
}

describe('fsync', () => {
  onLinux('always has each write on the disk when the system answers it', async () => {
    expect(await isThrough('always')).toEqual([true]);
  });

  onLinux('batch and never leave that to later', async () => {
    expect(await isThrough('batch')).toEqual([false]);
    expect(await isThrough('never')).toEqual([false]);
  });
});
