import { join } from 'node:path';
import type { Clock } from '../../time/clock.ts';
import { runKey, type RunKey, type RunRecord } from '../backend.ts';
import { RunStore } from '../run-store.ts';
import type { JournalEntry } from './journal-line.ts';
import { OpenFiles } from './open-files.ts';
import { runFolder } from './run-folder.ts';
import { RunFile } from './run-file.ts';
import { RunJournal } from './run-journal.ts';
import { SyncPolicy, type Fsync } from './sync-policy.ts';

/** The options of a file backend, checked, with every default filled in. */
export interface FileSettings {
  readonly dir: string;
  readonly fsync: Fsync;
  readonly fsyncInterval: number;
  readonly openFiles: number;
  readonly onTrouble: (trouble: FileTrouble) => void;
  readonly clock: Clock;
}

/** Something about the files that people should know. */
export interface FileTrouble {
  /**
   * `torn-tail`: the rest of an append that a crash interrupted was cut off · `broken-record`: a line of the journal is
   * not as it was written, and what it said is not known · `not-written`, `not-synced`, `not-removed`: the disk refused. `not-written` is told
   * once until something is written again.
   */
  readonly trouble: 'torn-tail' | 'broken-record' | 'not-written' | 'not-synced' | 'not-removed';
  readonly path: string;
  readonly message: string;
}

/** What a file backend is made of. */
export interface FileStore {
  readonly files: OpenFiles;
  readonly sync: SyncPolicy;
  readonly store: RunStore<RunFile>;
  readonly journal: RunJournal;
  /** As they were when the folder was opened. */
  readonly unfinished: readonly RunRecord[];
  /** Tells what the disk refused. */
  readonly refused: (trouble: FileTrouble['trouble'], path: string) => (error: unknown) => void;
}

/** The name of the journal in its folder. */
export const JOURNAL = 'runs.journal';

/** Reads the journal, and makes ready what is written next. The folder is locked. */
export async function openStore(settings: FileSettings): Promise<FileStore> {
  const { dir, clock, fsync, onTrouble } = settings;
  const path = join(dir, JOURNAL);
  const refused = (trouble: FileTrouble['trouble'], path: string) => (error: unknown) =>
    onTrouble({ trouble, path, message: (error as Error).message });
  const files = new OpenFiles(settings.openFiles, { writesThrough: fsync === 'always' });
  const sync = new SyncPolicy(files, {
    ...{ fsync, clock, interval: settings.fsyncInterval, failed: refused('not-synced', dir) },
  });
  const services = {
    ...{ files, sync },
    torn: ({ path, kept, cut }: { readonly path: string; readonly kept: number; readonly cut: number }) =>
      onTrouble({
        trouble: 'torn-tail',
        path,
        message: `cut ${cut} bytes behind the last whole group, at ${kept}.`,
      }),
  };
  const store = new RunStore<RunFile>({
    ...{ clock, name: 'file' },
    events: record => new RunFile(services, runFolder(dir, record), record),
    removed({ record, events }) {
      const gone = runKey(record.tenantId, record.runId);
      void journal.add({ gone }).catch(refused('not-removed', path));
      void events.remove().catch(refused('not-removed', runFolder(dir, record)));
    },
  });
  const last = new Map<RunKey, Extract<JournalEntry, { put: unknown }>>();
  const journal = await RunJournal.open(path, {
    fsync,
    *live() {
      for (const { record, idempotency } of store.all()) yield { put: record, idempotency };
    },
    tell(entry) {
      if ('put' in entry) last.set(runKey(entry.put.tenantId, entry.put.runId), entry);
      else last.delete(entry.gone);
    },
    broken: line =>
      onTrouble({ trouble: 'broken-record', path, message: `line ${line} is not as it was written.` }),
  });
  const unfinished: RunRecord[] = [];
  for (const { put, idempotency } of last.values()) {
    const run = store.restore(put, idempotency);
    if (run.live) unfinished.push(put);
    // Whether the log of a run that was at work has its end is not in the journal.
    if (run.live) await run.events.load();
    if (!run.live) store.touch(runKey(put.tenantId, put.runId), run, Date.parse(put.updatedAt));
  }
  return { files, sync, store, journal, unfinished, refused };
}
