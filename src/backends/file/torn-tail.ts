import { truncate } from 'node:fs/promises';
import type { OpenFiles } from './open-files.ts';
import type { ReadGroup } from './group-scan.ts';
import { Segment } from './segment.ts';

/** What a crash left at the end of a file, and was cut off. */
export interface TornTail {
  readonly path: string;
  /** Bytes before the cut. */
  readonly kept: number;
  readonly cut: number;
}

/**
 * Opens the newest file of a log: the last group that is whole and intact is its end. What stands behind it is the
 * rest of an append that a crash interrupted; nobody was told of it, and it is cut off.
 */
export async function openTail(
  files: OpenFiles,
  { path, first, size }: { readonly path: string; readonly first: number; readonly size: number },
): Promise<{ readonly segment: Segment; readonly last: ReadGroup | undefined; readonly torn?: TornTail }> {
  const segment = new Segment(files, path, first, size);
  let last: ReadGroup | undefined;
  for await (const group of segment.groupsBefore(size)) {
    last = group;
    break;
  }
  const kept = last?.end ?? 0;
  if (kept === size) return { segment, last };
  await truncate(path, kept);
  segment.size = kept;
  return { segment, last, torn: { path, kept, cut: size - kept } };
}
