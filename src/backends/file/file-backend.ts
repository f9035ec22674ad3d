import { join } from 'node:path';
import { isSluiceError, SluiceError } from '../../errors/sluice-error.ts';
import { systemClock, type Clock } from '../../time/clock.ts';
import type { Backend } from '../backend.ts';
import { DirectoryLock } from './directory-lock.ts';
import { FileDirectory } from './file-directory.ts';
import { FileLog } from './file-log.ts';
import { FileNotes, NOTES } from './file-notes.ts';
import { makeFolder } from './make-folder.ts';
import { openStore, type FileSettings, type FileTrouble } from './open-store.ts';
import type { Fsync } from './sync-policy.ts';

/** What {@link fileBackend} takes. */
export interface FileBackendOptions {
  /** The folder; made if there is none. One process writes in it at a time. */
  readonly dir: string;
  /**
   * When the disk is asked to have what was written. `always`: before each answer. `batch`: every `fsyncInterval`.
   * `never`: when the system thinks of it. A process that is killed loses nothing under any of them; where the machine
   * itself goes down, `batch` may lose the last interval and `never` more, and readers are told `reset`. Default: `batch`.
   */
  readonly fsync?: Fsync | undefined;
  /** Milliseconds, 10 to 60,000. Default: 1,000. */
  readonly fsyncInterval?: number | undefined;
  /** Files that are open at the same time, 16 to 100,000. Default: 512. */
  readonly openFiles?: number | undefined;
  /** Told what was found damaged or could not be done behind the scenes. Default: nobody. */
  readonly onTrouble?: ((trouble: FileTrouble) => void) | undefined;
  /** Tells when runs expire and when they were changed. Default: the clock of the machine. */
  readonly clock?: Clock | undefined;
}

/**
 * Keeps runs in files that people can read: one append-only log per run, and a journal of what is known of each. Resolves
 * when the folder is locked and the journal read; rejects with `STORAGE_LOCKED` if another process writes in it, with
 * `BAD_OPTION` if nobody may, and with `STORAGE_LOST` if the disk fails. An append is one write, and what comes while it
 * is under way goes in the next one; every group has a checksum, every line its place in the chain.
 *
 * Memory: the records of all runs that are kept, and some hundred bytes for each that is written or read. Runs go as
 * with the memory backend. Calls after `close()` reject with `STORAGE_LOST`.
 */
export async function fileBackend(options: FileBackendOptions): Promise<Backend> {
  const settings = resolveOptions(options);
  const lock = await lockFolder(settings.dir);
  try {
    const { files, sync, store, journal, unfinished, refused } = await openStore(settings);
    const log = new FileLog(store, refused('not-written', settings.dir));
    const notes = await FileNotes.open(join(settings.dir, NOTES));
    const close = async (): Promise<void> => {
      store.close();
      await notes.close();
      await log.settled();
      await journal.close();
      await sync.close();
      await files.closeAll();
      await lock.release();
    };
    let closing: Promise<void> | undefined;
    return {
      flags: { durable: true, shared: false, chained: true },
      log,
      directory: new FileDirectory(store, journal, unfinished),
      notes,
      close: () => (closing ??= close()),
    };
  } catch (error) {
    await lock.release();
    throw refusalOf(settings.dir, error);
  }
}

async function lockFolder(dir: string): Promise<DirectoryLock> {
  try {
    await makeFolder(join(dir, 'runs'));
    return await DirectoryLock.take(dir);
  } catch (error) {
    throw refusalOf(dir, error);
  }
}

/** What a system says of a folder that it will not let anybody write in, however often they try. */
const UNUSABLE: readonly (string | undefined)[] = [
  ...['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOENT'],
];

/** In words of the option what the system said in words of its calls. */
function refusalOf(dir: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (isSluiceError(error) || typeof code !== 'string') return error;
  if (!UNUSABLE.includes(code)) {
    return new SluiceError('STORAGE_LOST', `fileBackend: ${message}. Check the disk of ${dir}.`, {
      cause: error,
    });
  }
  return new SluiceError(
    'BAD_OPTION',
    `fileBackend: dir: expected a folder that this process may write in, got ${JSON.stringify(dir)} (${message}). ` +
      'Choose another one, or give it the right to.',
    { cause: error },
  );
}

function resolveOptions(options: FileBackendOptions): FileSettings {
  const { dir, fsync = 'batch', clock = systemClock, onTrouble = () => undefined } = options;
  if (typeof dir !== 'string' || dir === '') throw bad('dir', 'the path of a folder', dir);
  if (!['always', 'batch', 'never'].includes(fsync))
    throw bad('fsync', '"always", "batch" or "never"', fsync);
  return {
    ...{ dir, fsync, clock, onTrouble },
    fsyncInterval: within('fsyncInterval', options.fsyncInterval ?? 1_000, 10, 60_000),
    openFiles: within('openFiles', options.openFiles ?? 512, 16, 100_000),
  };
}

function within(name: string, value: number, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw bad(name, `a number from ${least} to ${most}`, value);
}

function bad(name: string, expected: string, got: unknown): SluiceError {
  return new SluiceError(
    'BAD_OPTION',
    `fileBackend: ${name}: expected ${expected}, got ${JSON.stringify(got)}.`,
  );
}
