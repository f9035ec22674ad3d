/**
 * The chain behind the `hash` of a cursor: 48 bits over the lines 1..seq of a run, as 8 base64url characters.
 * It tells apart two logs that went different ways; it is no protection against somebody who forges one.
 *
 * Frozen: stored cursors depend on it. Another function gets another {@link CHAIN_VERSION}.
 *
 * Definition. The state is two 24-bit numbers, (A, B), written one after the other, most significant bits first.
 * A step begins with the lanes a = A, b = B and takes a text as UTF-16 code units, two at a time (the first is the
 * lower half of a 32-bit word w; an odd last unit is a word of its own). For each word, modulo 2^32:
 * a = rotl(a ^ w, 15) · 0x9E3779B1 and b = rotl(b + w, 11) · 0x85EBCA77. Then a ^= length, b ^= a, and each lane is
 * finished as in MurmurHash3: a, then b += a, then b, then a += b. The new A and B are the upper 24 bits.
 */
export const CHAIN_VERSION = 1;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Two digits for each 12 bits. */
const PAIRS: readonly string[] = Array.from({ length: 4096 }, (_, i) => DIGITS[i >>> 6]! + DIGITS[i & 63]!);
const VALUES = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, DIGITS.indexOf(String.fromCharCode(code))),
);

/** The hash before the first event of a life: the cursor `epoch.0.<this>`. */
export function chainStart(epoch: string): string {
  return step(CHAIN_VERSION, 0, epoch);
}

/**
 * The hash after one more event. `previous` is the hash before it, `line` its stored line without the hash. Costs
 * about one nanosecond a character.
 */
export function chainNext(previous: string, line: string): string {
  return step(read24(previous, 0), read24(previous, 4), line);
}

function step(a: number, b: number, text: string): string {
  const length = text.length;
  const even = length & ~1;
  for (let i = 0; i < even; i += 2) {
    const word = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
    a ^= word;
    a = Math.imul((a << 15) | (a >>> 17), 0x9e3779b1);
    b = (b + word) | 0;
    b = Math.imul((b << 11) | (b >>> 21), 0x85ebca77);
  }
  if (even < length) {
    const word = text.charCodeAt(even);
    a ^= word;
    a = Math.imul((a << 15) | (a >>> 17), 0x9e3779b1);
    b = (b + word) | 0;
    b = Math.imul((b << 11) | (b >>> 21), 0x85ebca77);
  }
  a = finish(a ^ length);
  b = finish((b ^ a) + a);
  a = (a + b) | 0;
  return PAIRS[a >>> 20]! + PAIRS[(a >>> 8) & 4095]! + PAIRS[b >>> 20]! + PAIRS[(b >>> 8) & 4095]!;
}

function finish(lane: number): number {
  lane = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  lane = Math.imul(lane ^ (lane >>> 13), 0xc2b2ae35);
  return lane ^ (lane >>> 16);
}

function read24(hash: string, at: number): number {
  return (
    (digit(hash, at) << 18) | (digit(hash, at + 1) << 12) | (digit(hash, at + 2) << 6) | digit(hash, at + 3)
  );
}

function digit(hash: string, at: number): number {
  return VALUES[hash.charCodeAt(at)] ?? 0;
}
