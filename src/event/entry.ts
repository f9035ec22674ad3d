import { decodeLine, encodeLine } from './codec.ts';
import type { RunEvent } from './run-event.ts';

/**
 * One event as it is kept: a cursor and a line. In the process that made it the event is at hand and the line is
 * made when somebody needs it; read from a store it is the other way round. Each form is made once.
 */
export class Entry {
  readonly seq: number;
  readonly cursor: string;
  /** What retention counts: characters of the line, exact if there is one, else an upper estimate. */
  readonly bytes: number;
  #event: RunEvent | undefined = undefined;
  #line: string | undefined = undefined;

  private constructor(cursor: string, seq: number, bytes: number) {
    this.cursor = cursor;
    this.seq = seq;
    this.bytes = bytes;
  }

  /** `bytes` estimates the line; `line`, if it was made already, is exact. */
  static ofEvent(event: RunEvent, bytes: number, line?: string): Entry {
    const entry = new Entry(event.id, event.seq, line?.length ?? bytes);
    entry.#event = event;
    entry.#line = line;
    return entry;
  }

  static ofLine(cursor: string, seq: number, line: string): Entry {
    const entry = new Entry(cursor, seq, line.length);
    entry.#line = line;
    return entry;
  }

  /** The event's type; filters ask for it, so a stored line is not parsed for it. */
  get type(): string {
    return this.#event?.type ?? typeOfLine(this.#line!);
  }

  get event(): RunEvent {
    return (this.#event ??= decodeLine(this.#line!, this.cursor));
  }

  /** As it is stored: the envelope without `id`, as JSON on one line; maybe a producer's key in front. */
  get line(): string {
    return (this.#line ??= encodeLine(this.#event!));
  }
}

// The members before `type` hold a key, ids and a number, none of which can contain a quote; nor can a type.
function typeOfLine(line: string): string {
  const start = line.indexOf('"type":"') + 8;
  return line.slice(start, line.indexOf('"', start));
}
