import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SluiceError } from '../index.ts';
import { shownAddress } from './shown-address.ts';

/** The absolute path of a folder that the file backend writes in. Throws `BAD_OPTION` for any other. */
export function checkStore(folder: string, cwd: string): string {
  const dir = resolve(cwd, folder.replace(/^file:/, ''));
  if (existsSync(join(dir, 'runs.journal'))) return dir;
  throw new SluiceError(
    'BAD_OPTION',
    `${folder.includes('@') ? shownAddress(folder) : JSON.stringify(folder)}: expected a folder that sluice serve --backend file:DIR writes in, found no runs there.`,
  );
}
