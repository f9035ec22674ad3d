import { appendFileSync, closeSync, openSync, readFileSync, readSync } from 'node:fs';

interface Told {
  /** Milliseconds of a clock that all processes of one machine share, and that nobody sets. */
  readonly t: number;
}

interface OfRun extends Told {
  readonly run: string;
}

/** Who writes a run: one life of a process, or a producer outside of them. */
interface ByWriter extends OfRun {
  readonly by: string;
}

/** Who reads a run. One name reads each run along one line of cursors, however often it connects. */
interface ByReader extends OfRun {
  readonly reader: string;
}

/** One thing that happened while chaos ruled, as whoever it happened to noted it at once. */
export type HistoryRecord =
  /** A run was started, as its starter was answered. */
  | (ByWriter & { readonly kind: 'started' })
  /** Another writer goes on with a run, as the store has answered it. */
  | (ByWriter & { readonly kind: 'claimed' })
  /** Something is about to be said: one event with this mark, or events of this type that have none. */
  | (ByWriter & { readonly kind: 'tried'; readonly type: string; readonly mark?: string })
  /** What was said is stored, as its writer was answered; `id` is its cursor where the writer was told. */
  | (ByWriter & { readonly kind: 'acked'; readonly mark: string; readonly id?: string })
  /** A reader begins, or goes on behind a cursor. */
  | (ByReader & { readonly kind: 'began'; readonly after: string })
  | (ByReader & ReadEvent & { readonly kind: 'read' })
  | (ByReader & {
      readonly kind: 'notice';
      readonly notice: string;
      readonly reason?: string;
      readonly from?: number;
      readonly to?: number;
    })
  /** The stream completed. */
  | (ByReader & { readonly kind: 'ended' })
  /** The reader is no more: nobody can tell it anything. */
  | (ByReader & { readonly kind: 'left'; readonly why: string })
  /** A process was killed, and with it the readers whose names begin with its own. */
  | (Told & { readonly kind: 'died'; readonly by: string })
  /** `loses`: what was acknowledged between these times may be gone. */
  | (Told & {
      readonly kind: 'fault';
      readonly what: string;
      readonly loses?: { readonly from: number; readonly to: number };
    });

/** An event as a reader was given it. */
export interface ReadEvent {
  /** The cursor: epoch, seq and chain. */
  readonly id: string;
  readonly type: string;
  /** A digest of all of its bytes. */
  readonly sum: string;
  readonly mark?: string;
  readonly source?: string;
  readonly final?: true;
}

/** A record without its time, which is noted with it. */
export type Noted = HistoryRecord extends infer One ? (One extends Told ? Omit<One, 't'> : never) : never;

/** The reader of all runs from their first to their last event, when all is quiet again. */
export const WHOLE = 'whole';

export function monotonicTime(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

/** Notes what happens in a file, one line each; what was noted is there even if the process is killed next. */
export class HistoryFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  note(record: Noted): void {
    appendFileSync(this.path, `${JSON.stringify({ t: monotonicTime(), ...record })}\n`);
  }
}

/** What processes note, as it comes: each file in its own order. */
export class HistoryTail {
  readonly #places: readonly { readonly path: string; at: number; rest: string }[];

  constructor(paths: readonly string[]) {
    this.#places = paths.map(path => ({ path, at: 0, rest: '' }));
  }

  /** What was noted since the last look; a part of it, as much as is quickly read. */
  look(): HistoryRecord[] {
    const bytes = Buffer.allocUnsafe(LOOK);
    return this.#places.flatMap(place => {
      const file = openSync(place.path, 'r');
      const size = readSync(file, bytes, 0, LOOK, place.at);
      closeSync(file);
      place.at += size;
      const lines = `${place.rest}${bytes.toString('latin1', 0, size)}`.split('\n');
      place.rest = lines.pop()!;
      return lines
        .filter(line => line.endsWith('}'))
        .map(line => JSON.parse(Buffer.from(line, 'latin1').toString()) as HistoryRecord);
    });
  }
}

/** Bytes of a history that are read in one go. */
const LOOK = 262_144;

/** The histories of several processes as one. */
export function historyOf(paths: readonly string[]): HistoryRecord[] {
  return paths
    .flatMap(path => readFileSync(path, 'utf8').split('\n'))
    .filter(line => line.endsWith('}'))
    .map(line => JSON.parse(line) as HistoryRecord)
    .sort((one, other) => one.t - other.t);
}
