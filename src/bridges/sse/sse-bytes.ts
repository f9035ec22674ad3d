import { Buffer } from 'node:buffer';
import { SluiceError } from '../../errors/sluice-error.ts';

/**
 * Frames as bytes, made once and written to any number of connections, which must not change them. `chunk` is the
 * form of HTTP/1.1's chunked encoding, so that a connection can write it to its socket as it is.
 */
export class SseBytes {
  readonly chunk: Uint8Array;
  readonly #start: number;
  #plain: Uint8Array | undefined;

  /** `text`: one or more whole frames. Throws `BAD_EVENT` for a carriage return or NUL, which no frame of ours has. */
  constructor(text: string) {
    if (text.includes('\r') || text.includes('\0')) {
      throw new SluiceError('BAD_EVENT', 'SSE frames: expected no carriage return and no NUL, got one.');
    }
    const size = Buffer.byteLength(text);
    const head = `${size.toString(16)}\r\n`;
    const chunk = Buffer.allocUnsafe(head.length + size + 2);
    chunk.write(head, 'latin1');
    chunk.write(text, head.length);
    chunk.write('\r\n', head.length + size, 'latin1');
    this.chunk = chunk;
    this.#start = head.length;
  }

  /** Bytes, as it is kept. */
  get size(): number {
    return this.chunk.length;
  }

  /** The frames alone. */
  get plain(): Uint8Array {
    return (this.#plain ??= this.chunk.subarray(this.#start, -2));
  }
}
