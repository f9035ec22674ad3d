import { NOTES_AT_ONCE, type Note, type NoteLimit, type NoteRef, type Notes } from '../notes.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { HOLD_NOTES, LIST_NOTES, MOVE_NOTE, PUT_NOTE, REMOVE_NOTE } from './scripts/notes.ts';

/** A week: how long notes are kept when nobody says any more that it lives. */
const MEMORY = 604_800_000;

/** Notes that all instances share, each in the hands of one of them, by the clock of Redis. */
export class RedisNotes implements Notes {
  readonly lease: number;
  readonly #link: RedisLink;
  readonly #keys: readonly string[];

  constructor(link: RedisLink, keys: RedisKeys, lease: number) {
    this.lease = lease;
    this.#link = link;
    this.#keys = keys.notes;
  }

  get closed(): boolean {
    return this.#link.closed;
  }

  async put(
    { name, mark, text, at }: Note,
    { holder, limits }: { readonly holder: string; readonly limits: readonly NoteLimit[] },
  ): Promise<string | undefined> {
    const bounds = limits.flatMap(({ prefix, most }) => [prefix, most]);
    const full = await this.#link.run<string | null>(PUT_NOTE, this.#keys, [
      ...[MEMORY, name, `${mark} ${text}`, at, holder],
      ...bounds,
    ]);
    return full ?? undefined;
  }

  async list(prefix: string): Promise<readonly Note[]> {
    return notesOf(await this.#link.run<string[]>(LIST_NOTES, this.#keys, [prefix]));
  }

  count(prefix: string): Promise<number> {
    const [names] = this.#keys;
    return this.#link.send<number>('zlexcount', names!, `[${prefix}`, `(${prefix}~`);
  }

  async move({ name, mark }: NoteRef, holder: string, at: string): Promise<boolean> {
    return (await this.#link.run<number>(MOVE_NOTE, this.#keys, [MEMORY, name, mark, holder, at])) === 1;
  }

  async remove({
    name,
    mark = '',
  }: {
    readonly name: string;
    readonly mark?: string | undefined;
  }): Promise<void> {
    await this.#link.run(REMOVE_NOTE, this.#keys, [MEMORY, name, mark]);
  }

  async hold(holder: string): Promise<readonly Note[]> {
    const asked = [MEMORY, holder, this.lease, NOTES_AT_ONCE];
    return notesOf(await this.#link.run<string[]>(HOLD_NOTES, this.#keys, asked));
  }

  async leave(holder: string): Promise<void> {
    const [, , , , , leases] = this.#keys;
    await this.#link.send('zadd', leases!, 'XX', 0, holder);
  }
}

function notesOf(told: readonly string[]): readonly Note[] {
  const notes: Note[] = [];
  for (let at = 0; at < told.length; at += 3) {
    const marked = told[at + 1]!;
    const space = marked.indexOf(' ');
    const [mark, text] = [marked.slice(0, space), marked.slice(space + 1)];
    notes.push({ name: told[at]!, mark, text, at: told[at + 2]! });
  }
  return notes;
}
