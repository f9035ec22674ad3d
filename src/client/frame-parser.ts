import { SluiceError } from '../errors/sluice-error.ts';

/** One frame of Server-Sent Events that says something: data, a place to resume from, or both. */
export interface Frame {
  readonly event: string;
  readonly data: string | undefined;
  /** Of this very frame; those before it are not remembered. */
  readonly id: string | undefined;
}

/** Characters of one frame. Sixty times what an engine admits as an event unless it is told otherwise. */
const LONGEST_FRAME = 16 * 1024 * 1024;
const RETURN = 13;
const LINE_FEED = 10;
const SPACE = 32;
const COLON = 58;
/** Fields that mean anything, by the code of their first letter. */
const NAMES: Readonly<Record<number, string>> = { 100: 'data', 101: 'event', 105: 'id', 114: 'retry' };

/**
 * Reads Server-Sent Events by the rules of the WHATWG, one frame at a time: nothing is parsed before it is asked for.
 * Each character is looked at once, however a frame was cut into chunks. Memory: one chunk and one frame.
 */
export class FrameParser {
  /** What the server wants clients to wait before they come back, in milliseconds. */
  retry: number | undefined;
  #chunk = '';
  #at = 0;
  /** Where the next carriage return of the chunk stands; the chunk's length if there is none. */
  #return = 0;
  /** The beginning of a line whose end has not come. */
  #head = '';
  #isAfterReturn = false;
  #event = '';
  #data: string | undefined;
  #id: string | undefined;

  /** Adds text, after {@link next} has given all there was. */
  push(chunk: string): void {
    this.#chunk = chunk;
    this.#at = 0;
    this.#return = -1;
  }

  /** The next whole frame; `undefined` until there is more text. Throws `BAD_RESPONSE` for one beyond 16 M characters. */
  next(): Frame | undefined {
    const chunk = this.#chunk;
    for (;;) {
      if (this.#isAfterReturn && this.#at < chunk.length) {
        this.#isAfterReturn = false;
        if (chunk.charCodeAt(this.#at) === LINE_FEED) this.#at++;
      }
      const start = this.#at;
      const end = this.#lineEnd();
      if (this.#head.length + end - start + (this.#data?.length ?? 0) > LONGEST_FRAME) throw tooLong();
      if (end === chunk.length) {
        this.#head += chunk.slice(start);
        this.#at = end;
        return undefined;
      }
      this.#isAfterReturn = chunk.charCodeAt(end) === RETURN;
      this.#at = end + 1;
      if (this.#head !== '') {
        const line = this.#head + chunk.slice(start, end);
        this.#head = '';
        this.#field(line, 0, line.length);
      } else if (end > start) this.#field(chunk, start, end);
      else {
        const frame = { event: this.#event, data: this.#data || undefined, id: this.#id };
        this.#event = '';
        this.#data = this.#id = undefined;
        if (frame.data !== undefined || frame.id !== undefined) return frame;
      }
    }
  }

  #lineEnd(): number {
    const { length } = this.#chunk;
    if (this.#return < this.#at) {
      const found = this.#chunk.indexOf('\r', this.#at);
      this.#return = found < 0 ? length : found;
    }
    const feed = this.#chunk.indexOf('\n', this.#at);
    return feed < 0 ? this.#return : Math.min(feed, this.#return);
  }

  /** One line, where it stands: only what it says is copied out of the text. */
  #field(text: string, start: number, end: number): void {
    const name = NAMES[text.charCodeAt(start)];
    if (name === undefined || !text.startsWith(name, start)) return;
    let at = start + name.length;
    if (at < end) {
      if (text.charCodeAt(at++) !== COLON) return;
      if (text.charCodeAt(at) === SPACE) at++;
    }
    const value = text.slice(at, end);
    if (name === 'data') this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    else if (name === 'event') this.#event = value;
    else if (name === 'retry') this.retry = /^\d+$/.test(value) ? Number(value) : this.retry;
    else if (!value.includes('\0')) this.#id = value;
  }
}

function tooLong(): SluiceError {
  return new SluiceError(
    'BAD_RESPONSE',
    `stream: expected frames of at most ${LONGEST_FRAME} characters, got a longer one. ` +
      'Check the address, or send a link to what is so large.',
  );
}
