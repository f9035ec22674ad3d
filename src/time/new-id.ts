import { v7 } from 'uuid';

// One call to the system's random source serves many ids: it is most of what a UUID costs.
const POOL = new Uint8Array(16 * 128);
let used = POOL.length;

function pooledRandom(): Uint8Array {
  if (used === POOL.length) {
    crypto.getRandomValues(POOL);
    used = 0;
  }
  used += 16;
  return POOL.subarray(used - 16, used);
}

const BYTES = new Uint8Array(16);
const TEXT = new Array<number>(36).fill(0x2d);
const HEX = Array.from('0123456789abcdef', digit => digit.charCodeAt(0));
/** Where the two digits of each byte stand in the text: 8-4-4-4-12. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/** A UUID v7: sortable by the millisecond it was made in. For runs, artifacts, questions; not for events. */
export function newId(): string {
  v7({ random: pooledRandom() }, BYTES);
  for (let i = 0; i < 16; i++) {
    TEXT[PLACES[i]!] = HEX[BYTES[i]! >> 4]!;
    TEXT[PLACES[i]! + 1] = HEX[BYTES[i]! & 15]!;
  }
  // Written at once: as a sum of twenty pieces an id would stay a tree of strings for as long as its run is kept.
  return String.fromCharCode(...TEXT);
}

/** A whole number of milliseconds from `least` to `least + spread`, all of them equally likely. */
export function spreadOver(least: number, spread: number): number {
  return Math.round(least + spread * Math.random());
}

/** `base` milliseconds, spread evenly over 1 to 1 + `share` times its length, so that clients do not return together. */
export function withJitter(base: number, share: number): number {
  return Math.round(base * (1 + share * Math.random()));
}
