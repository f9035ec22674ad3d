import { open, rename, type FileHandle } from 'node:fs/promises';
import { SluiceError } from '../../errors/sluice-error.ts';
import { MemoryNotes } from '../memory-notes.ts';
import type { Note, NoteLimit, NoteRef, Notes } from '../notes.ts';
import { fileLines } from './file-lines.ts';

/** The name of the file in the folder of the backend. */
export const NOTES = 'notes.journal';

/** Lines that say nothing any more, before the file is written anew. */
const MOST_STALE = 1_000;

/** One change a line: a note as it was written, how far its holder is, or that it is gone. */
type Line =
  | readonly ['put', string, string, string, string]
  | readonly ['at', string, string, string]
  | readonly ['gone', string];

/**
 * Notes in a file that this user alone may read, one change a line, written anew when most of it is out of date. What was
 * answered survives a kill. Notes may hold what no event may show: they are in no run, and nobody reads them but who has
 * the file. Memory: the notes.
 */
export class FileNotes implements Notes {
  readonly #path: string;
  readonly #notes = new MemoryNotes();
  #file: FileHandle | undefined;
  #lines = 0;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string) {
    this.#path = path;
  }

  /** Reads what a former process left; makes nothing. */
  static async open(path: string): Promise<FileNotes> {
    const notes = new FileNotes(path);
    try {
      for await (const line of fileLines(path)) notes.#take(line);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return notes;
  }

  get lease(): number {
    return this.#notes.lease;
  }

  get closed(): boolean {
    return this.#notes.closed;
  }

  put(
    note: Note,
    terms: { readonly holder: string; readonly limits: readonly NoteLimit[] },
  ): Promise<string | undefined> {
    return this.#inTurn(async () => {
      const full = this.#notes.put(note, terms);
      if (full === undefined) await this.#write(putLine(note));
      return full;
    });
  }

  list(prefix: string): readonly Note[] {
    return this.#notes.list(prefix);
  }

  count(prefix: string): number {
    return this.#notes.count(prefix);
  }

  move(ref: NoteRef, holder: string, at: string): Promise<boolean> {
    return this.#inTurn(async () => {
      if (!this.#notes.move(ref, holder, at)) return false;
      await this.#write(['at', ref.name, ref.mark, at]);
      return true;
    });
  }

  remove(note: { readonly name: string; readonly mark?: string | undefined }): Promise<void> {
    return this.#inTurn(async () => {
      const wasThere = this.#notes.get(note.name) !== undefined;
      this.#notes.remove(note);
      if (wasThere && this.#notes.get(note.name) === undefined) await this.#write(['gone', note.name]);
    });
  }

  hold(holder: string): readonly Note[] {
    return this.#notes.hold(holder);
  }

  leave(holder: string): void {
    this.#notes.leave(holder);
  }

  async close(): Promise<void> {
    await this.#last;
    this.#notes.close();
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(change);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #write(line: Line): Promise<void> {
    try {
      if (!this.#file || this.#lines > this.#notes.size * 2 + MOST_STALE) await this.#rewrite();
      else {
        await this.#file.appendFile(textOf(line));
        this.#lines++;
      }
    } catch (error) {
      // What is not a whole line goes with the next rewriting.
      await this.#file?.close().catch(() => undefined);
      this.#file = undefined;
      const { message } = error as Error;
      throw new SluiceError('STORAGE_LOST', `notes: ${message}. Check the disk.`, { cause: error });
    }
  }

  /** What there is now, in a file that takes the place of the old one whole. */
  async #rewrite(): Promise<void> {
    const next = `${this.#path}.next`;
    const file = await open(next, 'w', 0o600);
    try {
      // One that was left by a kill may have had other rights.
      await file.chmod(0o600);
      const notes = [...this.#notes.all()];
      await file.writeFile(notes.map(note => textOf(putLine(note))).join(''));
      await file.datasync();
      await rename(next, this.#path);
      this.#lines = notes.length;
    } catch (error) {
      await file.close();
      throw error;
    }
    await this.#file?.close();
    this.#file = file;
  }

  /** A line that cannot be read says nothing. */
  #take(bytes: Buffer): void {
    let line: Line;
    try {
      line = JSON.parse(bytes.toString()) as Line;
    } catch {
      return;
    }
    if (!Array.isArray(line) || !line.every(part => typeof part === 'string')) return;
    const [kind, name = '', mark = '', at = '', text = ''] = line as readonly string[];
    const known = this.#notes.get(name);
    if (kind === 'put') this.#notes.restore({ name, mark, at, text });
    else if (kind === 'gone') this.#notes.remove({ name });
    else if (kind === 'at' && known?.mark === mark) this.#notes.restore({ ...known, at });
  }
}

function putLine({ name, mark, at, text }: Note): Line {
  return ['put', name, mark, at, text];
}

function textOf(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}
