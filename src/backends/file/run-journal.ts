import { open, rename, stat, truncate, type FileHandle } from 'node:fs/promises';
import { fileLines } from './file-lines.ts';
import { decodeJournalLine, encodeJournalLine, type JournalEntry } from './journal-line.ts';
import { removedFile } from './removed-file.ts';
import type { Fsync } from './sync-policy.ts';

/** Lines below which a journal is not worth writing anew. */
const FEWEST_TO_COMPACT = 1_000;

/**
 * The records of all runs as one file that is appended to: the last line about a run is the truth. Read once, when it
 * is opened; written anew, without what is void, when three quarters of it are. What comes while a write is under way
 * goes in the next one.
 */
export class RunJournal {
  readonly #path: string;
  readonly #fsync: Fsync;
  /** What a journal that is written anew has to hold, oldest run first. */
  readonly #live: () => Iterable<JournalEntry>;
  #file: FileHandle;
  #size: number;
  #lines: number;
  #compactAt = FEWEST_TO_COMPACT;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;

  private constructor(path: string, fsync: Fsync, live: () => Iterable<JournalEntry>, at: JournalState) {
    this.#path = path;
    this.#fsync = fsync;
    this.#live = live;
    [this.#file, this.#size, this.#lines] = [at.file, at.size, at.lines];
  }

  /**
   * Tells each line of the journal at `path` in order, and goes on from there. A last line that is not whole is cut
   * off; a broken one before it goes to `broken` with its number.
   */
  static async open(
    path: string,
    {
      fsync,
      live,
      tell,
      broken,
    }: {
      readonly fsync: Fsync;
      readonly live: () => Iterable<JournalEntry>;
      readonly tell: (entry: JournalEntry) => void;
      readonly broken: (line: number) => void;
    },
  ): Promise<RunJournal> {
    const file = await open(path, 'a+', 0o600);
    const [lines, size] = await readLines(path, tell, broken);
    if (size < (await stat(path)).size) await truncate(path, size);
    return new RunJournal(path, fsync, live, { file, size, lines });
  }

  /** Resolves when it is written. */
  async add(entry: JournalEntry): Promise<void> {
    this.#waiting.push(encodeJournalLine(entry));
    // A write that is under way has not got it.
    await this.#writing?.catch(() => undefined);
    if (this.#waiting.length > 0) this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  /** Resolves when everything added so far is written, or was refused. */
  async written(): Promise<void> {
    while (this.#writing) await this.#writing.catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.written();
    if (this.#fsync !== 'never') await this.#file.datasync();
    await this.#file.close();
  }

  async #write(): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = [];
    const bytes = Buffer.from(lines.join(''));
    if ((await this.#file.stat()).nlink === 0) throw removedFile(this.#path);
    try {
      await this.#file.appendFile(bytes);
      if (this.#fsync === 'always') await this.#file.datasync();
    } catch (error) {
      await this.#file.truncate(this.#size).catch(() => undefined);
      throw error;
    }
    this.#size += bytes.length;
    this.#lines += lines.length;
    if (this.#lines > this.#compactAt) await this.#compact().catch(() => (this.#compactAt *= 2));
  }

  async #compact(): Promise<void> {
    const live = [...this.#live()];
    this.#compactAt = Math.max(FEWEST_TO_COMPACT, live.length * 4);
    if (this.#lines < this.#compactAt) return;
    const path = `${this.#path}.new`;
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(live.map(encodeJournalLine).join(''));
      if (this.#fsync !== 'never') await file.datasync();
    } finally {
      await file.close();
    }
    await rename(path, this.#path);
    await this.#file.close();
    this.#file = await open(this.#path, 'a+');
    this.#size = (await this.#file.stat()).size;
    this.#lines = live.length;
  }
}

interface JournalState {
  readonly file: FileHandle;
  readonly size: number;
  readonly lines: number;
}

/** Gives the number of lines, and the bytes up to the last break. */
async function readLines(
  path: string,
  tell: (entry: JournalEntry) => void,
  broken: (line: number) => void,
): Promise<[lines: number, size: number]> {
  let [lines, size] = [0, 0];
  for await (const line of fileLines(path)) {
    lines++;
    size += line.length + 1;
    const entry = decodeJournalLine(line.toString());
    if (entry) tell(entry);
    else broken(lines);
  }
  return [lines, size];
}
