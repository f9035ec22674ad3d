import { Buffer } from 'node:buffer';

const FINAL_TEXT = 0x81;
const IN_16_BITS = 126;
const IN_64_BITS = 127;

/** What an item costs of the credit of its subscription: 1, and 1 more for each 4,096 characters of its line. */
export function costOf(characters: number): number {
  return 1 + (characters >>> 12);
}

/** A text as it goes over a WebSocket, and what it costs. */
export interface SocketMessage {
  readonly text: string;
  readonly cost: number;
  /** Of the event in it. */
  readonly cursor?: string | undefined;
}

/**
 * Messages as frames of a WebSocket (RFC 6455, from a server: not masked, not compressed), made once and written to any
 * number of sockets, which must not change them. Whoever has not enough credit takes the first of them.
 */
export class SocketBytes {
  /** All of them. */
  readonly all: Uint8Array;
  readonly count: number;
  /** What all of them cost. */
  readonly cost: number;
  readonly #messages: readonly Omit<SocketMessage, 'text'>[];
  readonly #ends: readonly number[];

  /** At least one. */
  constructor(messages: readonly SocketMessage[]) {
    const sizes = messages.map(({ text }) => Buffer.byteLength(text));
    let size = 0;
    for (const bytes of sizes) size += headSize(bytes) + bytes;
    const all = Buffer.allocUnsafe(size);
    const ends: number[] = [];
    let at = 0;
    let cost = 0;
    for (const [index, message] of messages.entries()) {
      at = writeHead(all, at, sizes[index]!);
      at += all.write(message.text, at);
      ends.push(at);
      cost += message.cost;
    }
    this.all = all;
    this.count = messages.length;
    this.cost = cost;
    // Without the texts, which are in the bytes.
    this.#messages = messages.map(({ cost: own, cursor }) => ({ cost: own, cursor }));
    this.#ends = ends;
  }

  get size(): number {
    return this.all.length;
  }

  /** The first ones, until `credit`, which is at least 1, is used up: the last of them may cost more than is left. */
  first(credit: number): {
    readonly bytes: Uint8Array;
    readonly cost: number;
    /** Whether there are more. */
    readonly isPart: boolean;
    /** Of the last event among them. */
    readonly cursor: string | undefined;
  } {
    let cost = 0;
    let count = 0;
    while (count < this.count && cost < credit) cost += this.#messages[count++]!.cost;
    const isPart = count < this.count;
    const bytes = isPart ? this.all.subarray(0, this.#ends[count - 1]) : this.all;
    return { bytes, cost, isPart, cursor: this.#messages[count - 1]!.cursor };
  }
}

function headSize(bytes: number): number {
  if (bytes < IN_16_BITS) return 2;
  return bytes < 0x10000 ? 4 : 10;
}

/** Returns where the text begins. */
function writeHead(target: Buffer, at: number, bytes: number): number {
  target[at] = FINAL_TEXT;
  if (bytes < IN_16_BITS) {
    target[at + 1] = bytes;
    return at + 2;
  }
  if (bytes < 0x10000) {
    target[at + 1] = IN_16_BITS;
    return target.writeUInt16BE(bytes, at + 2);
  }
  target[at + 1] = IN_64_BITS;
  target.writeUInt16BE(0, at + 2);
  return target.writeUIntBE(bytes, at + 4, 6);
}
