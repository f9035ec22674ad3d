import type { Awaitable } from './awaitable.ts';

/** A short text that outlives its writer, and how far whoever looks after it has got. */
export interface Note {
  /** 1 to 512 printable ASCII characters but `~`; what belongs together begins alike. */
  readonly name: string;
  /** This writing of it, 1 to 24 letters and digits: a note that is written anew has another one. */
  readonly mark: string;
  readonly text: string;
  /** A place, such as a cursor. */
  readonly at: string;
}

/** One writing of a note. */
export type NoteRef = Pick<Note, 'name' | 'mark'>;

/** At most so many notes whose names begin like this. */
export interface NoteLimit {
  readonly prefix: string;
  readonly most: number;
}

/**
 * Notes that services beside the runs keep where the runs are, each with one holder that looks after it. A holder is
 * named by 1 to 64 letters and digits, and has its notes for as long as it says that it lives. Calls reject with
 * `STORAGE_LOST`.
 */
export interface Notes {
  /** Milliseconds after which a holder that says nothing loses its notes; Infinity where one process has them all. */
  readonly lease: number;
  /** The backend is closed: nothing can be asked any more. */
  readonly closed: boolean;
  /**
   * Writes a note, over one of the same name, for `holder`. Answers the prefix of a limit that is reached; then nothing
   * was written.
   */
  put(
    note: Note,
    terms: { readonly holder: string; readonly limits: readonly NoteLimit[] },
  ): Awaitable<string | undefined>;
  /** The notes whose names begin like this, by name. */
  list(prefix: string): Awaitable<readonly Note[]>;
  /** How many there are of them. */
  count(prefix: string): Awaitable<number>;
  /** Notes how far the holder of this writing has got; false, and nothing done, where it is not the holder any more. */
  move(note: NoteRef, holder: string, at: string): Awaitable<boolean>;
  /** Removes a note, with a mark only that writing of it. */
  remove(note: { readonly name: string; readonly mark?: string | undefined }): Awaitable<void>;
  /** Says that the holder lives, and gives it notes that have no living holder, 256 at once: called anew until there are none. */
  hold(holder: string): Awaitable<readonly Note[]>;
  /** The holder lives no more: others have its notes at once. */
  leave(holder: string): Awaitable<void>;
}

/** Notes that one {@link Notes.hold} gives. */
export const NOTES_AT_ONCE = 256;
