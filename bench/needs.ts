import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What a row measures with, and this machine or this way of measuring may not have. */
export type Need = 'bash' | 'build' | 'python3' | 'recordings' | 'redis-server';

/** Recordings of real agents; they are no part of the repository. */
export const RECORDINGS = process.env['RECORDINGS_DIR'] ?? join(process.cwd(), '../shared/data/recordings');

/** Why a row cannot be measured, if it cannot. */
export function missingOf(needs: readonly Need[], measured: string): string | undefined {
  for (const need of needs) {
    if (need === 'build') {
      if (measured !== 'dist') return 'it runs the built package; leave out --src';
    } else if (need === 'recordings') {
      if (!existsSync(RECORDINGS))
        return 'it reads recordings of agents; say where they are in RECORDINGS_DIR';
    } else if (!isOnPath(need)) return `it needs ${need} on the path`;
  }
  return undefined;
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, program)));
}
