/** The value at each percentile. */
type Distribution = Readonly<Record<number, number>>;

/** UTF-8 bytes of one piece of streamed text: 13,999 of them in 139 recorded streams of hosted models. */
const TOKEN_BYTES: Distribution = {
  ...{ 0: 1, 10: 1, 25: 2, 50: 4, 75: 8, 90: 13, 95: 21, 99: 65, 99.9: 181, 100: 320 },
};

const MATERIAL =
  'The agent reads every file of the folder, and writes down what it has found before it asks for more. ' +
  '{"path":"src/run/Window.ts","lines":145,"matches":[{"line":37,"text":"get tip(): number {"}],"isLast":false} ' +
  '2026-11-21T03:14:15.926Z INFO  GET /runs/42/events 200 12.7 ms; 3 of 128 workers idle, heap 81.4 MB (A1, B7) ';

/** As many texts as recorded streams have them, the same ones in every process. */
export function tokenTexts(count: number): readonly string[] {
  const next = randomNumbers(20_261_121);
  return Array.from({ length: count }, () =>
    textOf(sizeAt(TOKEN_BYTES, next() * 100), Math.floor(next() * MATERIAL.length)),
  );
}

/** `count` texts of `least` to `most` letters and digits that have no beginning in common. */
export function randomWords(count: number, least: number, most: number): readonly string[] {
  const next = randomNumbers(count);
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  return Array.from({ length: count }, () => {
    const length = least + Math.floor(next() * (most - least + 1));
    return Array.from({ length }, () => letters[Math.floor(next() * letters.length)]).join('');
  });
}

/** Exactly so many bytes of what agents say and tools answer. */
export function textOf(bytes: number, from = 0): string {
  return MATERIAL.repeat(Math.ceil((from + bytes) / MATERIAL.length)).slice(from, from + bytes);
}

function sizeAt(distribution: Distribution, percentile: number): number {
  const points = Object.keys(distribution)
    .map(Number)
    .sort((a, b) => a - b);
  const above = points.findIndex(point => point >= percentile);
  const [low, high] = [points[Math.max(0, above - 1)]!, points[above]!];
  const share = high === low ? 0 : (percentile - low) / (high - low);
  return Math.round(distribution[low]! + share * (distribution[high]! - distribution[low]!));
}

/** Numbers from 0 to 1 that look random (mulberry32, public domain). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
