import type { Json } from '../event/json.ts';

/**
 * Takes server-sent events, or JSON lines, apart as they come, cut anywhere. What is no JSON is `{ type: 'unreadable', text }`;
 * the `[DONE]` that some services end with is nothing. Memory: the frame that is not whole yet.
 */
export class EventStreamParser {
  readonly #decoder = new TextDecoder();
  #rest = '';
  #data: string[] = [];

  /** The values that are whole now, in order. */
  push(bytes: Uint8Array | string): Json[] {
    const text =
      this.#rest + (typeof bytes === 'string' ? bytes : this.#decoder.decode(bytes, { stream: true }));
    // A lone CR at the end may be the first half of a CRLF.
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    this.#rest = lines.pop()! + text.slice(whole.length);
    return lines.flatMap(line => this.#line(line));
  }

  /** What is left when nothing follows. */
  end(): Json[] {
    const rest = this.#rest + this.#decoder.decode();
    this.#rest = '';
    return [...(rest === '' ? [] : this.#line(rest.replace(/\r$/, ''))), ...this.#line('')];
  }

  #line(line: string): Json[] {
    if (line === '') {
      const text = this.#data.join('\n');
      this.#data = [];
      return text === '' ? [] : valuesOf(text);
    }
    if (/^[[{]/.test(line)) return valuesOf(line);
    const colon = line.indexOf(':');
    // A comment, or a field whose value stands in the data, too.
    if (line.slice(0, colon < 0 ? undefined : colon) !== 'data') return [];
    const value = colon < 0 ? '' : line.slice(colon + 1);
    this.#data.push(value.startsWith(' ') ? value.slice(1) : value);
    return [];
  }
}

function valuesOf(text: string): Json[] {
  if (text.trim() === '[DONE]') return [];
  try {
    return [JSON.parse(text) as Json];
  } catch {
    return [{ type: 'unreadable', text }];
  }
}
