import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';

/** What a survey knows of one file. */
export interface FileFacts {
  readonly path: string;
  /** Its extension without the dot, in lower case; its whole name where it has none. */
  readonly kind: string;
  readonly bytes: number;
  /** Lines of text; 0 for anything else. */
  readonly lines: number;
}

const NEWLINE = 10;
// Neither a link that took the place of a file nor a pipe, whose reading would never end.
const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads up to `most` bytes of a file; counts lines if it is text. Rejects with what the system says. */
export async function readFileFacts(absolute: string, path: string, most: number): Promise<FileFacts> {
  const file = await open(absolute, READ_ONLY);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw Object.assign(new Error('not a file'), { code: 'ENOTFILE' });
    const buffer = Buffer.alloc(Math.min(stats.size, most));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return {
      path,
      kind: kindOf(path),
      bytes: stats.size,
      lines: linesOf(buffer.subarray(0, bytesRead)),
    };
  } finally {
    await file.close();
  }
}

function kindOf(path: string): string {
  const extension = extname(path).slice(1).toLowerCase();
  return extension || path.slice(path.lastIndexOf('/') + 1);
}

function linesOf(bytes: Buffer): number {
  if (bytes.length === 0 || bytes.includes(0)) return 0;
  let lines = bytes.at(-1) === NEWLINE ? 0 : 1;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}
