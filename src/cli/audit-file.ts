import { createWriteStream, fstatSync, openSync, renameSync, type WriteStream } from 'node:fs';
import type { AuditListener } from '../http/index.ts';
import { SluiceError } from '../index.ts';
import { jsonLine } from './json-line.ts';

/** Where deeds are noted, and how much of them is kept. */
export interface AuditFileOptions {
  readonly path: string;
  /** Bytes after which a new file is begun; `Infinity`: never. Default: 64 MB. */
  readonly size?: number | undefined;
  /** Full files that are kept beside it, `path.1` the newest. Default: 10. */
  readonly files?: number | undefined;
}

/** A file to which deeds are added, one line of JSON each. */
export interface AuditFile {
  readonly listener: AuditListener;
  /** Resolves when everything is written that was told. */
  close(): Promise<void>;
}

const AUDIT_SIZE = 64 * 1024 * 1024;
const AUDIT_FILES = 10;

/**
 * Opens it, readable for its owner alone where it is new. Every write is added to the end that the file has then, so that
 * whoever empties it leaves no hole. Rejects with `BAD_OPTION`. Memory: the lines that the disk has not taken yet.
 */
export async function auditFile(
  options: AuditFileOptions,
  complain: (text: string) => void,
): Promise<AuditFile> {
  const file = new TurnedFile(options, complain);
  return { listener: event => file.add(`${jsonLine(event)}\n`), close: () => file.close() };
}

/** Lines in a file, of which a new one is begun when it is full. No line is in two, and none is lost in between. */
class TurnedFile {
  readonly #path: string;
  readonly #size: number;
  readonly #files: number;
  readonly #complain: (text: string) => void;
  #stream: WriteStream | undefined;
  #bytes = 0;
  /** Full files that are still being written. */
  readonly #ending = new Set<Promise<void>>();

  constructor(
    { path, size = AUDIT_SIZE, files = AUDIT_FILES }: AuditFileOptions,
    complain: (text: string) => void,
  ) {
    this.#path = path;
    this.#size = size;
    this.#files = files;
    this.#complain = complain;
    try {
      this.#open();
    } catch (cause) {
      throw new SluiceError(
        'BAD_OPTION',
        `--audit: ${JSON.stringify(path)} cannot be written (${codeOf(cause)}).`,
        { cause },
      );
    }
  }

  add(line: string): void {
    if (!this.#stream) return;
    const bytes = Buffer.byteLength(line);
    if (this.#bytes > 0 && this.#bytes + bytes > this.#size) this.#turn();
    this.#bytes += bytes;
    this.#stream.write(line);
  }

  async close(): Promise<void> {
    if (this.#stream) this.#end(this.#stream);
    this.#stream = undefined;
    await Promise.all(this.#ending);
  }

  /** At once: a second turn must find the file of the first. */
  #open(): void {
    const fd = openSync(this.#path, 'a', 0o600);
    this.#bytes = fstatSync(fd).size;
    const stream = createWriteStream(this.#path, { fd });
    stream.on('error', error => {
      if (this.#stream === stream) this.#stream = undefined;
      this.#complain(
        `--audit: ${this.#path} takes nothing more (${error.message}). What is done now is not noted.`,
      );
    });
    this.#stream = stream;
  }

  #turn(): void {
    const full = this.#stream!;
    try {
      for (let at = this.#files - 1; at > 0; at--) renameIfThere(this.#named(at), this.#named(at + 1));
      renameIfThere(this.#path, this.#named(1));
      this.#open();
      this.#end(full);
    } catch (error) {
      // Tried again when as much has come once more.
      this.#bytes = 0;
      this.#complain(
        `--audit: ${this.#path} is full, and no new one can be begun (${codeOf(error)}). It grows.`,
      );
    }
  }

  #named(at: number): string {
    return `${this.#path}.${at}`;
  }

  #end(stream: WriteStream): void {
    const ended = new Promise<void>(resolve => {
      stream.once('close', () => resolve());
      stream.end();
    }).then(() => void this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
