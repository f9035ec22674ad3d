import { rename, rm, type FileHandle } from 'node:fs/promises';
import { SluiceError } from '../errors/sluice-error.ts';
import type { Sink } from '../engine/sinks/sink.ts';
import { openLines } from './open-lines.ts';
import { TaskLine } from './task-line.ts';

/** Where lines go, and when a new file begins. */
export interface JsonlFileOptions {
  /** The newest file. Older ones are `path.1`, `path.2` …, the higher the older. Folders are made. */
  readonly path: string;
  /** Bytes after which a new file begins, at least 1 KB. A batch is never split. Default: 64 MB. */
  readonly maxBytes?: number | undefined;
  /** Older files that are kept, 0 to 10,000; the oldest are deleted. Default: 10. */
  readonly keep?: number | undefined;
  /** Whether a write waits for the disk, so that also a power cut takes nothing back. Default: false. */
  readonly fsync?: boolean | undefined;
}

const KB = 1_024;
const MB = KB * KB;

/**
 * Writes every event as one line of JSON, and notices as lines that have `notice` instead of `seq`. A line that was
 * not finished when the process was killed is cut when the file is opened again, and written anew. One process at a
 * time may write a file. Throws `BAD_OPTION`.
 */
export function jsonlFileSink(options: JsonlFileOptions): Sink {
  const { path, maxBytes = 64 * MB, keep = 10, fsync = false } = options;
  if (typeof path !== 'string' || path === '') throw badOption('expected path to be the name of a file');
  if (!Number.isInteger(maxBytes) || maxBytes < KB)
    throw badOption('expected maxBytes of at least 1024 bytes');
  if (!Number.isInteger(keep) || keep < 0 || keep > 10_000)
    throw badOption('expected keep to be 0 to 10000 files');
  const lines = new RotatingLines({ path, maxBytes, keep, fsync });
  return {
    write: events => lines.append(events),
    notice: (notice, run) => lines.append([{ ...notice, ...run }]),
    close: () => lines.close(),
  };
}

interface RotatingOptions {
  readonly path: string;
  readonly maxBytes: number;
  readonly keep: number;
  readonly fsync: boolean;
}

class RotatingLines {
  readonly #options: RotatingOptions;
  readonly #tasks = new TaskLine();
  #file: FileHandle | undefined;
  #bytes = 0;

  constructor(options: RotatingOptions) {
    this.#options = options;
  }

  append(items: readonly object[]): Promise<void> {
    const text = Buffer.from(items.map(item => `${JSON.stringify(item)}\n`).join(''));
    return this.#tasks.run(() => this.#append(text));
  }

  close(): Promise<void> {
    return this.#tasks.run(() => this.#leave());
  }

  async #append(text: Buffer): Promise<void> {
    const { maxBytes, fsync } = this.#options;
    try {
      await this.#open();
      if (this.#bytes > 0 && this.#bytes + text.length > maxBytes) await this.#rotate();
      await this.#file!.appendFile(text);
      if (fsync) await this.#file!.datasync();
      this.#bytes += text.length;
    } catch (error) {
      // Part of it may be written. What is not a whole line is cut when the file is opened for the next try.
      await this.#leave().catch(() => undefined);
      throw error;
    }
  }

  async #open(): Promise<void> {
    if (this.#file) return;
    const { file, bytes } = await openLines(this.#options.path);
    this.#file = file;
    this.#bytes = bytes;
  }

  async #rotate(): Promise<void> {
    const { path, keep } = this.#options;
    await this.#leave();
    await rm(keep === 0 ? path : `${path}.${keep}`, { force: true });
    for (let age = keep; age > 1; age--) await moveIfThere(`${path}.${age - 1}`, `${path}.${age}`);
    if (keep > 0) await moveIfThere(path, `${path}.1`);
    await this.#open();
  }

  async #leave(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
  }
}

function badOption(problem: string): SluiceError {
  return new SluiceError('BAD_OPTION', `jsonlFileSink: ${problem}.`);
}
