import type { TextScan } from './text-scan.ts';

/** Shannon's bits per character of a stretch. */
export function entropyOf(scan: TextScan, from: number, end: number): number {
  const counts = new Map<number, number>();
  for (let at = from; at < end; at++) {
    const code = scan.text.charCodeAt(at);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  scan.looks += end - from;
  let bits = 0;
  for (const count of counts.values()) bits -= (count / (end - from)) * Math.log2(count / (end - from));
  return bits;
}
