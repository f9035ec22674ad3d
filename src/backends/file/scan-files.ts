import { join } from 'node:path';
import { chainNext } from '../../event/chain.ts';
import { runKey, type RunKey, type RunRecord } from '../backend.ts';
import { fileLines } from './file-lines.ts';
import { entriesOf, hashOf } from './group-codec.ts';
import type { Entry } from '../../event/entry.ts';
import type { ReadGroup } from './group-scan.ts';
import { decodeJournalLine } from './journal-line.ts';
import { OpenFiles } from './open-files.ts';
import { JOURNAL } from './open-store.ts';
import { runFolder } from './run-folder.ts';
import { orGone, segmentsIn } from './segments-in.ts';
import { Segment } from './segment.ts';

/** Something in a folder that is not as it should be. */
export interface FileFinding {
  readonly path: string;
  readonly runId?: string | undefined;
  readonly message: string;
}

/** What is found on the way through a folder. */
export type Scanned =
  | { readonly found: 'finding'; readonly finding: FileFinding }
  | { readonly found: 'run'; readonly record: RunRecord }
  /** The next events of that run, as they were written. */
  | { readonly found: 'events'; readonly entries: readonly Entry[]; readonly bytes: number };

/**
 * Goes through every record and every event of a folder, and says on the way what is broken. Changes nothing, and may
 * be allowed no more. What retention takes meanwhile is passed over. Rejects with what the disk says. Memory: the
 * records, and one group.
 */
export async function* scanFiles(
  dir: string,
  isWanted: (record: RunRecord) => boolean,
): AsyncGenerator<Scanned> {
  const path = join(dir, JOURNAL);
  const records = new Map<RunKey, RunRecord>();
  let number = 0;
  for await (const line of fileLines(path)) {
    number++;
    const entry = decodeJournalLine(line.toString());
    if (!entry) yield broken({ path, message: `line ${number} is not as it was written.` });
    else if ('put' in entry) records.set(runKey(entry.put.tenantId, entry.put.runId), entry.put);
    else records.delete(entry.gone);
  }
  const files = new OpenFiles(16, { isReadOnly: true });
  try {
    for (const record of records.values()) {
      if (!isWanted(record)) continue;
      yield { found: 'run', record };
      yield* scanRun(files, runFolder(dir, record), record);
    }
  } finally {
    await files.closeAll();
  }
}

async function* scanRun(
  files: OpenFiles,
  folder: string,
  { runId, epoch }: RunRecord,
): AsyncGenerator<Scanned> {
  let expected: number | undefined;
  let hash: string | undefined;
  for (const { path, first, size } of await segmentsIn(folder)) {
    const segment = new Segment(files, path, first, size);
    let end = 0;
    let isGone = false;
    for await (const group of untilGone(segment.groupsFrom(0), () => (isGone = true))) {
      const seq = group.head.first;
      if (group.offset !== end)
        yield broken({ path, runId, message: `bytes ${end} to ${group.offset} are broken.` });
      if (expected !== undefined && seq !== expected) {
        yield broken({ path, runId, message: `events ${expected} to ${seq - 1} are not there.` });
        hash = undefined;
      }
      const entries = entriesOf(group.head, group.lines, epoch);
      hash = chained(group, entries, hash);
      if (hash === undefined)
        yield broken({ path, runId, message: `the chain breaks in event ${seq} or behind it.` });
      yield { found: 'events', entries, bytes: group.end - group.offset };
      expected = seq + group.head.count;
      end = group.end;
    }
    // What stood between the files before it and those behind it went with it.
    if (isGone) expected = hash = undefined;
    else if (end !== size)
      yield broken({ path, runId, message: `${size - end} bytes at the end are no whole group.` });
  }
}

async function* untilGone<Group>(groups: AsyncIterable<Group>, gone: () => void): AsyncGenerator<Group> {
  try {
    yield* groups;
  } catch (error) {
    orGone(error);
    gone();
  }
}

function broken(finding: FileFinding): Scanned {
  return { found: 'finding', finding };
}

/** The chain value after a group; `undefined` if one in it does not follow from the one before. */
function chained(
  { head }: ReadGroup,
  entries: readonly Entry[],
  before: string | undefined,
): string | undefined {
  let hash = head.prev;
  if (before !== undefined && before !== hash) return undefined;
  for (const { cursor, line } of entries) {
    hash = chainNext(hash, line);
    if (hash !== hashOf(cursor)) return undefined;
  }
  return hash;
}
