import type { OpenFiles } from './open-files.ts';

/** What one read fetches where nobody knows how much is wanted, and at the most. */
const CHUNK = 256 * 1_024;

/** A file that grows, of which only the first `size` bytes count. */
export interface GrowingFile {
  readonly path: string;
  readonly size: number;
}

/**
 * A part of a file at hand, so that many small groups cost one read, and finding them too. What it gives is a view of
 * memory that the next read overwrites, and that others have after `end()`.
 */
export class ReadAhead {
  readonly #files: OpenFiles;
  readonly #file: GrowingFile;
  readonly #distance: number;
  #memory: Buffer | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  /** `distance`: bytes that are likely wanted. */
  constructor(files: OpenFiles, file: GrowingFile, distance = CHUNK) {
    this.#files = files;
    this.#file = file;
    this.#distance = Math.min(distance, CHUNK);
  }

  /** What is at hand, and where in the file it begins. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get start(): number {
    return this.#start;
  }

  /** Bytes from `offset` on; fewer than asked for only at the end of the file. */
  readonly at = async (offset: number, length: number): Promise<Buffer> => {
    const rest = this.#file.size - offset;
    const wanted = Math.min(length, rest);
    if (offset < this.#start || offset + wanted > this.#start + this.#bytes.length) {
      const fetched = Math.min(Math.max(wanted, this.#distance), rest);
      if (!this.#memory || this.#memory.length < fetched) {
        this.end();
        this.#memory = this.#files.spare.take(fetched);
      }
      const memory = this.#memory.subarray(0, fetched);
      // Should the disk fail, nothing is at hand.
      this.#bytes = memory.subarray(0, 0);
      this.#bytes = memory.subarray(0, await this.#files.readInto(this.#file.path, offset, memory));
      this.#start = offset;
    }
    return this.#bytes.subarray(offset - this.#start, offset - this.#start + wanted);
  };

  /** Gives its memory back. */
  end(): void {
    if (this.#memory) this.#files.spare.give(this.#memory);
    this.#memory = undefined;
    this.#bytes = Buffer.alloc(0);
  }
}
