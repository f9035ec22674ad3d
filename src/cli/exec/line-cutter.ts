import { StringDecoder } from 'node:string_decoder';

/** Text of an output, in order; all pieces together are the output. */
export interface OutputText {
  readonly text: string;
  /** The text before it ended a line. */
  readonly startsLine: boolean;
}

/** Characters of a line that is not whole yet which are held back; more if it may be JSON. */
const LONGEST_REST = 32_768;
const LONGEST_JSON = 262_144;

/**
 * Cuts the bytes of an output behind the last line end they have. Characters that are cut over two pieces of bytes stay
 * whole; bytes that are no UTF-8 become U+FFFD. Memory: one line, up to 32,768 characters, or 262,144 if it begins like
 * a JSON object; longer ones are given in parts.
 */
export class LineCutter {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #startsLine = true;

  /** Whether a line has begun that is not given. */
  get hasRest(): boolean {
    return this.#rest !== '';
  }

  /** Whether that may be the beginning of a JSON object. */
  get mayBeJson(): boolean {
    return this.#startsLine && this.#rest.startsWith('{');
  }

  /** The lines that are whole now. */
  push(bytes: Uint8Array): OutputText | undefined {
    const text = this.#decoder.write(bytes);
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) {
      const lines = this.#rest + text.slice(0, end);
      this.#rest = text.slice(end);
      return this.#given(lines);
    }
    this.#rest += text;
    return this.#rest.length < (this.mayBeJson ? LONGEST_JSON : LONGEST_REST) ? undefined : this.flush();
  }

  /** The line that has begun, as far as it is there. */
  flush(): OutputText | undefined {
    const text = this.#rest;
    this.#rest = '';
    return text === '' ? undefined : this.#given(text);
  }

  /** What is left; nothing may follow. */
  end(): OutputText | undefined {
    this.#rest += this.#decoder.end();
    return this.flush();
  }

  #given(text: string): OutputText {
    const startsLine = this.#startsLine;
    this.#startsLine = text.endsWith('\n');
    return { text, startsLine };
  }
}
