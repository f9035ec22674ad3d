import { close, constants, fdatasync, fstatSync, open, read, write } from 'node:fs';
import { promisify } from 'node:util';
import { notThere, removedFile } from './removed-file.ts';
import { SpareMemory } from './spare-memory.ts';

const opened = promisify(open);
const closed = promisify(close);
const synced = promisify(fdatasync);
const readSome = promisify(read);
const written = promisify(write);

/**
 * A write with it is answered when the disk has it: one call for two. Elsewhere it may mean less than asking the disk.
 */
const THROUGH = process.platform === 'linux' ? constants.O_DSYNC : 0;

interface OpenFile {
  readonly path: string;
  readonly fd: Promise<number>;
  /** Calls that use it now. */
  users: number;
}

/**
 * Files by their paths, of which only so many are open at a time: who was not used for longest is closed. A file that
 * is in use is never closed, so that there may be more for a moment.
 */
export class OpenFiles {
  /** For those who read into it. */
  readonly spare = new SpareMemory();
  /** What is written to a file of which the disk has all is on the disk, too. */
  readonly writesThrough: boolean;
  readonly #limit: number;
  readonly #flags: number;
  // In the order of their last use.
  readonly #files = new Map<string, OpenFile>();

  /** `isReadOnly`: for whoever only reads, and may be allowed no more. `writesThrough`: where the system can. */
  constructor(
    limit: number,
    options: { readonly isReadOnly?: boolean; readonly writesThrough?: boolean } = {},
  ) {
    const { isReadOnly = false, writesThrough = false } = options;
    this.#limit = limit;
    this.writesThrough = writesThrough && THROUGH !== 0;
    this.#flags = isReadOnly ? constants.O_RDONLY : constants.O_RDWR | (writesThrough ? THROUGH : 0);
  }

  get size(): number {
    return this.#files.size;
  }

  /** Bytes from `offset` on; fewer than asked for only at the end of the file. */
  async readAt(path: string, offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, await this.readInto(path, offset, buffer));
  }

  /** Fills memory with bytes from `offset` on, and says how many they are: less than it takes only at the end of the file. */
  readInto(path: string, offset: number, memory: Buffer): Promise<number> {
    return this.#use(path, false, async fd => {
      let filled = 0;
      while (filled < memory.length) {
        const { bytesRead } = await readSome(fd, memory, filled, memory.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    });
  }

  /**
   * Writes all of it, or rejects; then some of it may stand there. Makes the file where it is to begin; one that should
   * be there and is not is `STORAGE_LOST`.
   */
  writeAt(path: string, offset: number, bytes: Buffer): Promise<void> {
    return this.#use(path, offset === 0, async fd => {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await written(fd, bytes, done, bytes.length - done, offset + done);
        done += bytesWritten;
      }
      if (this.writesThrough) await this.#checkThere(path, fd);
    });
  }

  /** Asks the disk to have it. Rejects with `STORAGE_LOST` where nobody could find it there any more. */
  sync(path: string): Promise<void> {
    return this.#use(path, false, async fd => {
      await synced(fd);
      await this.#checkThere(path, fd);
    }).catch(notThere(path));
  }

  /** Forgets a file that was removed or is to be. */
  async close(path: string): Promise<void> {
    const file = this.#files.get(path);
    if (!file) return;
    this.#files.delete(path);
    if (file.users === 0) await closed(await file.fd);
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#files.keys()].map(path => this.close(path)));
  }

  async #checkThere(path: string, fd: number): Promise<void> {
    // An open file's number of names is in memory: asking another thread would take ten times as long.
    if (fstatSync(fd).nlink > 0) return;
    const file = this.#files.get(path);
    if (!file || (await file.fd) !== fd) return;
    // The next one to write opens it by its name.
    this.#files.delete(path);
    throw removedFile(path);
  }

  async #use<Result>(path: string, makes: boolean, work: (fd: number) => Promise<Result>): Promise<Result> {
    const file = this.#open(path, makes);
    file.users++;
    try {
      return await work(await file.fd);
    } catch (error) {
      // One that could not be opened is tried again by the next call.
      if (!(await isOpen(file)) && this.#files.get(path) === file) this.#files.delete(path);
      throw error;
    } finally {
      file.users--;
      if (file.users === 0 && this.#files.get(path) !== file && (await isOpen(file)))
        await closed(await file.fd);
    }
  }

  #open(path: string, makes: boolean): OpenFile {
    const file = this.#files.get(path) ?? { path, fd: openOrMake(path, this.#flags, makes), users: 0 };
    this.#files.delete(path);
    this.#files.set(path, file);
    for (const other of this.#files.values()) {
      if (this.#files.size <= this.#limit) break;
      if (other.users === 0 && other !== file) void this.close(other.path).catch(() => undefined);
    }
    return file;
  }
}

async function openOrMake(path: string, flags: number, makes: boolean): Promise<number> {
  try {
    return await opened(path, flags);
  } catch (error) {
    if (!makes || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return opened(path, flags | constants.O_CREAT | constants.O_EXCL, 0o600);
  }
}

function isOpen(file: OpenFile): Promise<boolean> {
  return file.fd.then(
    () => true,
    () => false,
  );
}
