import type { Log, RunKey } from '../backends/backend.ts';
import { keyOfLine } from '../event/codec.ts';
import type { Entry } from '../event/entry.ts';
import type { Outcome } from '../event/proposal.ts';
import type { AppendKeys } from './append-keys.ts';

const PAGE = { limit: 512, bytes: 1_048_576 };

/** A producer's key as it is stored, and what it says became of the event. */
export function keyOfEntry(entry: Entry): readonly [key: string, stored: Outcome] | undefined {
  const key = keyOfLine(entry.line);
  return key === undefined ? undefined : [key, { outcome: 'stored', seq: entry.seq, cursor: entry.cursor }];
}

/**
 * Reads back under which keys the newest `count` events of a run were appended, as far as they are kept: what a process
 * must know that goes on with the run of another one.
 */
export async function readKeys(log: Log, run: RunKey, count: number, keys: AppendKeys): Promise<void> {
  const older = new Map<string, Outcome>();
  for (let before = 0, left = count; left > 0 && before !== 1;) {
    const limit = Math.min(PAGE.limit, left);
    const page = await log.read(run, { after: before, limit, bytes: PAGE.bytes, reverse: true });
    if (page.result !== 'page' || page.entries.length === 0) break;
    for (const entry of page.entries) {
      const [key, stored] = keyOfEntry(entry) ?? [];
      if (key !== undefined && stored) older.set(key, stored);
    }
    before = page.entries.at(-1)!.seq;
    left -= page.entries.length;
  }
  keys.noteOlder(older);
}
