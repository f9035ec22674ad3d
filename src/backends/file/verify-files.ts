import { scanFiles, type FileFinding } from './scan-files.ts';

/** What was looked at so far. */
export interface VerifyProgress {
  runs: number;
  events: number;
  bytes: number;
}

/**
 * Reads every record and every event of a folder that {@link fileBackend} writes in, and gives what is broken: checksums,
 * numbers, and each event's place in the chain. Changes nothing; while somebody writes there, the newest group of a run
 * may be under way and look torn. `progress` is kept up to date. Rejects with what the disk says. Memory: the records,
 * and one group.
 */
export async function* verifyFiles(
  dir: string,
  progress: VerifyProgress = { runs: 0, events: 0, bytes: 0 },
): AsyncGenerator<FileFinding> {
  for await (const scanned of scanFiles(dir, () => true)) {
    if (scanned.found === 'finding') yield scanned.finding;
    else if (scanned.found === 'run') progress.runs++;
    else {
      progress.events += scanned.entries.length;
      progress.bytes += scanned.bytes;
    }
  }
}
