import type { Awaitable } from '../../backends/awaitable.ts';

/** Where sinks keep how far they have got: one short text per run. An answer may come at once or later. */
export interface CursorStore {
  get(key: string): Awaitable<string | undefined>;
  /** Resolves when it is kept. */
  set(key: string, cursor: string): Awaitable<void>;
  delete(key: string): Awaitable<void>;
  /** All keys, so that those of runs that expired meanwhile can be deleted. */
  keys(): Awaitable<Iterable<string>>;
  /** Frees what it holds when a sink is closed; other sinks may go on using it. */
  close?(): Awaitable<void>;
}

/** Keeps cursors for as long as the process lives. */
export function memoryCursorStore(): CursorStore {
  const cursors = new Map<string, string>();
  return {
    get: key => cursors.get(key),
    set: (key, cursor) => void cursors.set(key, cursor),
    delete: key => void cursors.delete(key),
    keys: () => [...cursors.keys()],
  };
}
