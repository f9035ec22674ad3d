import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const SUFFIX = '.log';

/** A file of a log, by the first event in it. */
export function segmentPath(folder: string, first: number): string {
  return join(folder, `${String(first).padStart(16, '0')}${SUFFIX}`);
}

/** The files of a log, oldest first; none if there is no folder. One that goes meanwhile is left out. */
export async function segmentsIn(
  folder: string,
): Promise<{ readonly path: string; readonly first: number; readonly size: number }[]> {
  const names = await readdir(folder).catch(() => []);
  const firsts = names
    .filter(name => name.endsWith(SUFFIX))
    .map(name => Number(name.slice(0, -SUFFIX.length)))
    .filter(Number.isSafeInteger)
    .sort((a, b) => a - b);
  const found = await Promise.all(
    firsts.map(async first => {
      const path = segmentPath(folder, first);
      const size = await stat(path).then(({ size }) => size, orGone);
      return size === undefined ? [] : [{ path, first, size }];
    }),
  );
  return found.flat();
}

/** Nothing, if the disk says that there is no such file any more; else throws what it says. */
export function orGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
