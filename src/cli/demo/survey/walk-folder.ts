import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SurveyBounds } from './bounds.ts';

/** What one folder holds. Paths are relative to the surveyed folder, with slashes; its own is `.`. */
export interface FolderListing {
  readonly path: string;
  readonly files: readonly string[];
  readonly folders: number;
  /** Symbolic links, sockets and the like, and folders that are made by tools. */
  readonly skipped: number;
  /** Why it could not be listed. */
  readonly error?: string;
}

/** Made by tools, and larger than what people wrote. */
const MADE_BY_TOOLS = new Set(['node_modules', '.git', 'dist', 'coverage']);

/**
 * Lists a folder and those below it, the nearest first, in the order of their names. Symbolic links are not
 * followed. Stops at the bounds; `onBound` is told which.
 */
export async function* walkFolder(
  root: string,
  bounds: SurveyBounds,
  onBound: (bound: string) => void,
): AsyncGenerator<FolderListing> {
  const waiting = [{ path: '.', depth: 0 }];
  let files = bounds.files;
  for (let listed = 0; waiting.length > 0; listed++) {
    if (listed === bounds.folders) return onBound(`${bounds.folders} folders`);
    const { path, depth } = waiting.shift()!;
    const { entries, error } = await entriesOf(join(root, path));
    const folders = entries.filter(entry => entry.isDirectory() && !MADE_BY_TOOLS.has(entry.name));
    const found = entries.filter(entry => entry.isFile());
    const taken = found.slice(0, files);
    files -= taken.length;
    yield {
      path,
      files: taken.map(({ name }) => pathIn(path, name)),
      folders: folders.length,
      skipped: entries.length - folders.length - found.length,
      ...(error !== undefined && { error }),
    };
    if (taken.length < found.length) return onBound(`${bounds.files} files`);
    if (depth === bounds.depth) {
      if (folders.length > 0) onBound(`${bounds.depth} folders deep`);
    } else {
      waiting.push(...folders.map(({ name }) => ({ path: pathIn(path, name), depth: depth + 1 })));
    }
  }
}

async function entriesOf(folder: string): Promise<{ entries: readonly Dirent[]; error?: string }> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return { entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  } catch (error) {
    return { entries: [], error: (error as NodeJS.ErrnoException).code ?? 'unreadable' };
  }
}

function pathIn(folder: string, name: string): string {
  return folder === '.' ? name : `${folder}/${name}`;
}
