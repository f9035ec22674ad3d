const NOTHING = new Uint8Array(0);
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Text of UTF-8 that comes in chunks. A `TextDecoder` that is told of a stream costs Node seven times as much and makes
 * strings of twice the size; so a character that a chunk has cut waits here, and each chunk is decoded as a whole.
 */
export class ChunkDecoder {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The beginning of a character, three bytes at the most. */
  #rest: Uint8Array = NOTHING;
  #isBegun = false;

  decode(chunk: Uint8Array): string {
    const bytes = this.#rest.length > 0 ? joined(this.#rest, chunk) : chunk;
    const end = wholeEnd(bytes);
    this.#rest = end < bytes.length ? bytes.slice(end) : NOTHING;
    const text = this.#decoder.decode(bytes.subarray(0, end));
    if (this.#isBegun || text === '') return text;
    this.#isBegun = true;
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

/** Where the last character begins, if it is not all there. */
function wholeEnd(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back]!;
    if (byte >= 0xc0) return back < (byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4) ? length - back : length;
    if (byte < 0x80) return length;
  }
  return length;
}
