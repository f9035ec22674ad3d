import type { Segment } from './segment.ts';

/** About how many bytes the events from `kept` on take: never fewer than they do. */
export function bytesFrom(segments: readonly Segment[], kept: number): number {
  let bytes = 0;
  for (let at = segments.length - 1; at >= 0; at--) {
    const { size, first, marks } = segments[at]!;
    bytes += size;
    if (first <= kept) return bytes - (marks.findLast(mark => mark.first <= kept)?.offset ?? 0);
  }
  return bytes;
}

/** The nearest event behind `kept` that is known to begin a group; `undefined` if none is. */
export function nextGroup(segments: readonly Segment[], kept: number): number | undefined {
  for (const { first, marks } of segments) {
    if (first > kept) return first;
    const mark = marks.find(mark => mark.first > kept);
    if (mark) return mark.first;
  }
  return undefined;
}
