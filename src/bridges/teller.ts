import type { Entry } from '../event/entry.ts';
import type { Notice } from '../event/notice.ts';

/**
 * Tells one run to one client in the words of another system, where what is said depends on what was said before.
 * Everything is whole frames, each with its place as `id:` where that system has a use for it.
 */
export interface Teller {
  /** The next item, in order; empty where there is nothing to say. */
  tell(item: Entry | Notice): string;
  /**
   * Before anything is told: the events up to a place were told to this client already, `part` frames of the next one
   * too. `known` are those events, in order; what was open there is opened again by what is told next.
   */
  know(item: Entry | Notice): void;
  /** Ends the time of {@link know}. `part`: how many frames of the next event the client has. */
  rejoin(part: number): string;
  /** The open question that was told last, and behind which nothing was told yet. */
  readonly question: string | undefined;
  /** Behind everything, when nothing follows. */
  farewell?(): string;
}

/** How a client of a {@link Teller} names its place: a cursor, or one with `+n` behind n frames of the event after it. */
export interface TellerPlace {
  readonly after: string;
  readonly part: number;
}

const PLACE = /^(.{1,50})\+([1-9]\d{0,5})$/;

/** Reads a place. What stands before the `+` is left to be read as `?after=`. */
export function tellerPlace(text: string): TellerPlace {
  const [, after = text, part = '0'] = PLACE.exec(text) ?? [];
  return { after, part: Number(part) };
}

/** The place behind `part` of the frames of the event after `after`. */
export function partPlace(after: string, part: number): string {
  return `${after}+${part}`;
}
