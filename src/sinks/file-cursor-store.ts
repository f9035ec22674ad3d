import { createReadStream } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { SluiceError } from '../errors/sluice-error.ts';
import type { CursorStore } from '../engine/sinks/cursor-store.ts';
import { openLines } from './open-lines.ts';
import { TaskLine } from './task-line.ts';

/** Lines that say nothing any more, before the file is written anew. */
const MOST_STALE = 1_000;

/** How cursors are kept in a file. */
export interface CursorFileOptions {
  /** The file; folders are made. */
  readonly path: string;
  /** Whether `set` waits for the disk. Default: false. */
  readonly fsync?: boolean | undefined;
}

/**
 * Keeps cursors in a file, one change a line, which is written anew when most of it is out of date. Survives a kill at
 * any moment. One process at a time may use a file. Memory: the cursors. Throws `BAD_OPTION`.
 */
export function fileCursorStore(options: CursorFileOptions): CursorStore {
  if (typeof options.path !== 'string' || options.path === '') {
    throw new SluiceError('BAD_OPTION', 'fileCursorStore: expected path to be the name of a file.');
  }
  return new CursorFile(options);
}

class CursorFile implements CursorStore {
  readonly #path: string;
  readonly #fsync: boolean;
  readonly #tasks = new TaskLine();
  readonly #cursors = new Map<string, string>();
  #file: FileHandle | undefined;
  #lines = 0;

  constructor({ path, fsync = false }: CursorFileOptions) {
    this.#path = path;
    this.#fsync = fsync;
  }

  get(key: string): Promise<string | undefined> {
    return this.#tasks.run(async () => {
      await this.#open();
      return this.#cursors.get(key);
    });
  }

  keys(): Promise<Iterable<string>> {
    return this.#tasks.run(async () => {
      await this.#open();
      return [...this.#cursors.keys()];
    });
  }

  set(key: string, cursor: string): Promise<void> {
    return this.#tasks.run(() => this.#change(key, cursor));
  }

  delete(key: string): Promise<void> {
    return this.#tasks.run(async () => {
      await this.#open();
      if (this.#cursors.has(key)) await this.#change(key, undefined);
    });
  }

  close(): Promise<void> {
    return this.#tasks.run(async () => {
      const file = this.#file;
      this.#file = undefined;
      await file?.close();
    });
  }

  async #change(key: string, cursor: string | undefined): Promise<void> {
    const file = await this.#open();
    try {
      await file.appendFile(lineOf(key, cursor));
      if (this.#fsync) await file.datasync();
    } catch (error) {
      // What is not a whole line is cut when the file is opened for the next try.
      this.#file = undefined;
      await file.close().catch(() => undefined);
      throw error;
    }
    this.#take(key, cursor);
    this.#lines++;
    if (this.#lines > this.#cursors.size * 2 + MOST_STALE) await this.#rewrite();
  }

  async #open(): Promise<FileHandle> {
    if (this.#file) return this.#file;
    const { file } = await openLines(this.#path);
    this.#cursors.clear();
    this.#lines = 0;
    for await (const line of createInterface({ input: createReadStream(this.#path), crlfDelay: Infinity })) {
      const [key, cursor] = parsedLine(line);
      if (key !== undefined) this.#take(key, cursor);
      this.#lines++;
    }
    return (this.#file = file);
  }

  async #rewrite(): Promise<void> {
    const next = `${this.#path}.next`;
    const file = await open(next, 'w');
    try {
      await file.writeFile([...this.#cursors].map(([key, cursor]) => lineOf(key, cursor)).join(''));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(next, this.#path);
    await this.#file?.close();
    this.#file = undefined;
    await this.#open();
  }

  #take(key: string, cursor: string | undefined): void {
    if (cursor === undefined) this.#cursors.delete(key);
    else this.#cursors.set(key, cursor);
  }
}

function lineOf(key: string, cursor: string | undefined): string {
  return `${JSON.stringify(cursor === undefined ? [key] : [key, cursor])}\n`;
}

/** A line that cannot be read says nothing: its run is written again from an earlier place, or from its start. */
function parsedLine(line: string): readonly (string | undefined)[] {
  try {
    const parsed: unknown = JSON.parse(line);
    if (Array.isArray(parsed) && parsed.every(part => typeof part === 'string'))
      return [parsed[0], parsed[1]];
  } catch {
    // Told above.
  }
  return [];
}
