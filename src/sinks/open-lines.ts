import { open, mkdir, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

const NEWLINE = 10;
const BLOCK = 64 * 1024;

/**
 * Opens a file of lines for reading and writing, and cuts a last line that was not finished: whoever wrote it was
 * killed before it was acknowledged. Gives its length in bytes.
 */
export async function openLines(
  path: string,
): Promise<{ readonly file: FileHandle; readonly bytes: number }> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    const bytes = await endOfLines(file, size);
    if (bytes < size) await file.truncate(bytes);
    return { file, bytes };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function endOfLines(file: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(BLOCK);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - BLOCK);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    const at = block.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
