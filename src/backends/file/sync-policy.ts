import type { Clock } from '../../time/clock.ts';
import type { OpenFiles } from './open-files.ts';

/**
 * When the disk itself is asked to have what was written: before each answer, every `interval`, or when the system
 * thinks of it. A process that dies takes nothing with it under any of them; a machine that does may.
 */
export type Fsync = 'always' | 'batch' | 'never';

/** A file of which the disk may have all, but for what was just written. */
export interface WrittenFile {
  readonly path: string;
  isSynced: boolean;
}

/** Asks the disk. */
export class SyncPolicy {
  readonly #fsync: Fsync;
  readonly #interval: number;
  readonly #clock: Clock;
  readonly #files: OpenFiles;
  readonly #failed: (error: unknown) => void;
  readonly #dirty = new Set<string>();
  #stopAlarm: (() => void) | undefined;

  constructor(
    files: OpenFiles,
    {
      fsync,
      interval,
      clock,
      failed,
    }: { fsync: Fsync; interval: number; clock: Clock; failed: (error: unknown) => void },
  ) {
    this.#files = files;
    this.#fsync = fsync;
    this.#interval = interval;
    this.#clock = clock;
    this.#failed = failed;
  }

  /** A file was written to; resolves when that may be acknowledged. */
  written(file: WrittenFile): Promise<void> | undefined {
    if (this.#fsync === 'never') return undefined;
    if (this.#fsync === 'always') return this.#writtenThrough(file);
    this.#dirty.add(file.path);
    this.#stopAlarm ??= this.#clock.alarm(this.#interval, () => void this.#ring(), true);
    return undefined;
  }

  /** A file is gone. */
  forget(path: string): void {
    this.#dirty.delete(path);
  }

  /** Asks for all that is due. */
  async close(): Promise<void> {
    this.#stopAlarm?.();
    this.#stopAlarm = undefined;
    await this.#syncAll();
  }

  #writtenThrough(file: WrittenFile): Promise<void> | undefined {
    if (file.isSynced && this.#files.writesThrough) return undefined;
    return this.#files.sync(file.path).then(() => void (file.isSynced = true));
  }

  async #ring(): Promise<void> {
    this.#stopAlarm = undefined;
    try {
      await this.#syncAll();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #syncAll(): Promise<void> {
    const paths = [...this.#dirty];
    this.#dirty.clear();
    await Promise.all(paths.map(path => this.#files.sync(path)));
  }
}
