import { SluiceError } from '../errors/sluice-error.ts';

/**
 * An exact position in a run: after event `seq` of the life `epoch`, where `hash` chains all that came before.
 * Backends that cannot diverge write `hash` as `0`.
 */
export interface Cursor {
  readonly epoch: string;
  readonly seq: number;
  readonly hash: string;
}

/**
 * Where a reader begins. `start` is before the first event, `now` after the newest one. A bare `seq` is taken
 * on trust: it cannot notice that a failover gave the number to another event.
 */
export type Position = 'start' | 'now' | Cursor | { readonly seq: number };

const CURSOR = /^([a-z0-9]{1,24})\.(0|[1-9][0-9]{0,15})\.(0|[A-Za-z0-9_-]{8})$/;
const BARE_SEQ = /^(0|[1-9][0-9]{0,15})$/;
/** The longest text that can be a cursor: 24 + 16 + 8 characters and two dots. */
const LONGEST = 50;

/** Reads `epoch.seq.hash`. Throws `BAD_CURSOR`. */
export function parseCursor(text: string): Cursor {
  const match = text.length <= LONGEST ? CURSOR.exec(text) : null;
  const seq = Number(match?.[2]);
  if (!match || !Number.isSafeInteger(seq)) throw badCursor(text);
  return { epoch: match[1]!, seq, hash: match[3]! };
}

/** Reads what callers pass as `after`: a cursor, `start`, `now` or a bare sequence number. Throws `BAD_CURSOR`. */
export function parsePosition(after: string | number | undefined): Position {
  if (after === undefined || after === 'start' || after === 'now') return after ?? 'start';
  const text = String(after);
  if (text.length <= LONGEST && BARE_SEQ.test(text) && Number.isSafeInteger(Number(text))) {
    return { seq: Number(text) };
  }
  return parseCursor(text);
}

/** Writes `epoch.seq.hash`. */
export function formatCursor({ epoch, seq, hash }: Cursor): string {
  return `${epoch}.${seq}.${hash}`;
}

function badCursor(text: string): SluiceError {
  const shown = JSON.stringify(text.slice(0, LONGEST));
  return new SluiceError(
    'BAD_CURSOR',
    `cursor: expected epoch.seq.hash, "start", "now" or a sequence number, got ${shown}. ` +
      'Pass the id of an event unchanged, or start over with "start".',
  );
}
