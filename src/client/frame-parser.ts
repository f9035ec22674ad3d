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
    for (let line = this.#line(); line !== undefined; line = this.#line()) {
      if (line !== '') {
        this.#field(line);
        continue;
      }
      const frame = { event: this.#event, data: this.#data || undefined, id: this.#id };
      this.#event = '';
      this.#data = this.#id = undefined;
      if (frame.data !== undefined || frame.id !== undefined) return frame;
    }
    return undefined;
  }

  #line(): string | undefined {
    const chunk = this.#chunk;
    if (this.#isAfterReturn && this.#at < chunk.length) {
      this.#isAfterReturn = false;
      if (chunk.charCodeAt(this.#at) === LINE_FEED) this.#at++;
    }
    const start = this.#at;
    const end = this.#lineEnd();
    const line = this.#head + chunk.slice(start, end);
    if (line.length + (this.#data?.length ?? 0) > LONGEST_FRAME) throw tooLong();
    if (end === chunk.length) {
      this.#head = line;
      this.#at = end;
      return undefined;
    }
    this.#head = '';
    this.#isAfterReturn = chunk.charCodeAt(end) === RETURN;
    this.#at = end + 1;
    return line;
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

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1);
    if (name === 'data') this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    else if (name === 'id') this.#id = value.includes('\0') ? this.#id : value;
    else if (name === 'event') this.#event = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
  }
}

function tooLong(): SluiceError {
  return new SluiceError(
    'BAD_RESPONSE',
    `stream: expected frames of at most ${LONGEST_FRAME} characters, got a longer one. ` +
      'Check the address; store what is so large elsewhere and send a link to it.',
  );
}
