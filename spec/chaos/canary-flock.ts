import { Chance } from './seeded-chance.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * 200 secrets, made of parts so that nobody takes them for real ones: plain ones, those that look different in JSON, in
 * URLs and in base64, those with characters of two and four bytes, and some that begin like others.
 */
export function canaryFlock(seed: number): Readonly<Record<string, string>> {
  const chance = new Chance(seed);
  const word = (length: number): string =>
    Array.from({ length }, () => LETTERS[chance.between(0, 35)]).join('');
  const parts = (at: number): string[] => {
    const plain = ['canary', word(6), word(4)];
    if (at % 4 === 1) return [...plain, '/+"', word(3)];
    if (at % 4 === 2) return [...plain, 'ë😀', word(3)];
    return plain;
  };
  const flock: string[] = [];
  for (let at = 0; flock.length < 200; at++) {
    const canary = parts(at).join('-');
    flock.push(canary);
    if (at % 10 === 3) flock.push([canary, 'and', word(5)].join('-'));
  }
  return Object.fromEntries(flock.slice(0, 200).map((canary, at) => [`CANARY_${at}`, canary]));
}
