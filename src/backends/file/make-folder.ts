import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, for this user alone, and those above it that are not there. Rejects with what the system says. Node's
 * own recursive `mkdir` asks again for ever where the system says that nothing is there below a folder that is, as
 * Linux says of `/proc`.
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isMade(path, 'ENOENT')) return;
  await makeFolder(dirname(path));
  await isMade(path);
}

/** Resolves with false where the system says `pardoned`, unless nothing is above the path. */
async function isMade(path: string, pardoned?: 'ENOENT'): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === pardoned && dirname(path) !== path) return false;
    // Whatever is said of one that is there: EEXIST, or that all of the disk is read-only.
    if (!(await isFolder(path))) throw error;
  }
  return true;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
