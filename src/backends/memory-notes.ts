import { SluiceError } from '../errors/sluice-error.ts';
import { NOTES_AT_ONCE, type Note, type NoteLimit, type NoteRef, type Notes } from './notes.ts';

interface Held {
  note: Note;
  holder: string | undefined;
}

/** Notes of one process: a holder lives until it leaves. Memory: the notes. */
export class MemoryNotes implements Notes {
  readonly lease = Infinity;
  readonly #notes = new Map<string, Held>();
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  get size(): number {
    return this.#notes.size;
  }

  put(
    note: Note,
    { holder, limits }: { readonly holder: string; readonly limits: readonly NoteLimit[] },
  ): string | undefined {
    this.checkOpen();
    if (!this.#notes.has(note.name)) {
      const full = limits.find(({ prefix, most }) => this.count(prefix) >= most);
      if (full) return full.prefix;
    }
    this.#notes.set(note.name, { note, holder });
    return undefined;
  }

  list(prefix: string): readonly Note[] {
    this.checkOpen();
    return this.#all()
      .filter(({ name }) => name.startsWith(prefix))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  move({ name, mark }: NoteRef, holder: string, at: string): boolean {
    this.checkOpen();
    const held = this.#notes.get(name);
    if (held?.holder !== holder || held.note.mark !== mark) return false;
    held.note = { ...held.note, at };
    return true;
  }

  remove({ name, mark }: { readonly name: string; readonly mark?: string | undefined }): void {
    this.checkOpen();
    if (mark === undefined || this.#notes.get(name)?.note.mark === mark) this.#notes.delete(name);
  }

  hold(holder: string): readonly Note[] {
    this.checkOpen();
    const given: Note[] = [];
    for (const held of this.#notes.values()) {
      if (held.holder !== undefined) continue;
      held.holder = holder;
      if (given.push(held.note) === NOTES_AT_ONCE) break;
    }
    return given;
  }

  leave(holder: string): void {
    for (const held of this.#notes.values()) if (held.holder === holder) held.holder = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#notes.clear();
  }

  get(name: string): Note | undefined {
    return this.#notes.get(name)?.note;
  }

  /** A note that a former process left. */
  restore(note: Note): void {
    this.#notes.set(note.name, { note, holder: undefined });
  }

  *all(): IterableIterator<Note> {
    for (const { note } of this.#notes.values()) yield note;
  }

  checkOpen(): void {
    if (this.#closed) throw new SluiceError('STORAGE_LOST', 'notes: the backend is closed.');
  }

  #all(): Note[] {
    return [...this.all()];
  }

  count(prefix: string): number {
    this.checkOpen();
    let count = 0;
    for (const name of this.#notes.keys()) if (name.startsWith(prefix)) count++;
    return count;
  }
}
