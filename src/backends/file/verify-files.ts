import { join } from 'node:path';
import { chainNext } from '../../event/chain.ts';
import { runKey, type RunKey, type RunRecord } from '../backend.ts';
import { fileLines } from './file-lines.ts';
import { entriesOf, hashOf } from './group-codec.ts';
import type { ReadGroup } from './group-scan.ts';
import { decodeJournalLine } from './journal-line.ts';
import { OpenFiles } from './open-files.ts';
import { JOURNAL } from './open-store.ts';
import { runFolder } from './run-folder.ts';
import { segmentsIn } from './segments-in.ts';
import { Segment } from './segment.ts';

/** Something in a folder that is not as it should be. */
export interface FileFinding {
  readonly path: string;
  readonly runId?: string | undefined;
  readonly message: string;
}

/** What was looked at so far. */
export interface VerifyProgress {
  runs: number;
  events: number;
  bytes: number;
}

/**
 * Reads every record and every event of a folder that {@link fileBackend} writes in, and says what is broken: checksums,
 * numbers, and each event's place in the chain. Changes nothing; while somebody writes there, the newest group of a run
 * may be under way and look torn. `progress` is kept up to date. Rejects with what the disk says.
 */
export async function* verifyFiles(
  dir: string,
  progress: VerifyProgress = { runs: 0, events: 0, bytes: 0 },
): AsyncGenerator<FileFinding> {
  const path = join(dir, JOURNAL);
  const records = new Map<RunKey, RunRecord>();
  let number = 0;
  for await (const line of fileLines(path)) {
    number++;
    const entry = decodeJournalLine(line.toString());
    if (!entry) yield { path, message: `line ${number} is not as it was written.` };
    else if ('put' in entry) records.set(runKey(entry.put.tenantId, entry.put.runId), entry.put);
    else records.delete(entry.gone);
  }
  const files = new OpenFiles(16);
  try {
    for (const record of records.values()) {
      yield* verifyRun(files, runFolder(dir, record), record, progress);
      progress.runs++;
    }
  } finally {
    await files.closeAll();
  }
}

async function* verifyRun(
  files: OpenFiles,
  folder: string,
  { runId, epoch }: RunRecord,
  progress: VerifyProgress,
): AsyncGenerator<FileFinding> {
  let expected: number | undefined;
  let hash: string | undefined;
  for (const { path, first, size } of await segmentsIn(folder)) {
    const segment = new Segment(files, path, first, size);
    let end = 0;
    for await (const group of segment.groupsFrom(0)) {
      const seq = group.head.first;
      if (group.offset !== end) yield { path, runId, message: `bytes ${end} to ${group.offset} are broken.` };
      if (expected !== undefined && seq !== expected) {
        yield { path, runId, message: `events ${expected} to ${seq - 1} are not there.` };
        hash = undefined;
      }
      hash = chained(group, epoch, hash);
      if (hash === undefined)
        yield { path, runId, message: `the chain breaks in events ${seq} and following.` };
      expected = seq + group.head.count;
      progress.events += group.head.count;
      end = group.end;
    }
    if (end !== size) yield { path, runId, message: `${size - end} bytes at the end are no whole group.` };
    progress.bytes += size;
  }
}

/** The chain value after a group; `undefined` if one in it does not follow from the one before. */
function chained({ head, lines }: ReadGroup, epoch: string, before: string | undefined): string | undefined {
  let hash = head.prev;
  if (before !== undefined && before !== hash) return undefined;
  for (const { cursor, line } of entriesOf(head, lines, epoch)) {
    hash = chainNext(hash, line);
    if (hash !== hashOf(cursor)) return undefined;
  }
  return hash;
}
