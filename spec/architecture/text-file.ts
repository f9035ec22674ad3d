import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One file that somebody wrote, as text. */
export interface TextFile {
  /** From the root of the repository, with slashes: `src/dashboard/page.css`. */
  readonly path: string;
  readonly text: string;
}

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['src', 'spec', 'bench', 'scripts', 'examples'];

/** Every file of code, style and markup below the folders that hold some. */
export function readTexts(): TextFile[] {
  return FOLDERS.flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map(path => `${folder}/${path.replaceAll('\\', '/')}`)
      .filter(path => /\.(ts|tsx|mjs|js|css|html)$/.test(path))
      .sort()
      .map(path => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
  );
}
