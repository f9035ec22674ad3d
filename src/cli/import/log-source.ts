import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { SluiceError } from '../../index.ts';
import type { CommandHost } from '../command-host.ts';
import { inputLines } from '../input-lines.ts';

/** A log that can be read more than once. */
export interface LogSource {
  readonly name: string;
  /** Of its content: the same log is the same run. */
  readonly digest: string;
  readonly bytes: number;
  chunks(): AsyncIterable<Uint8Array>;
}

/** A file, or standard input for `-`, which is kept in memory. Rejects with `BAD_OPTION` for what cannot be read. */
export async function logSource(file: string, host: CommandHost): Promise<LogSource> {
  const kept: Uint8Array[] = [];
  const chunks =
    file === '-' ? (): AsyncIterable<Uint8Array> => each(kept) : () => fileChunks(file, host.cwd);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of file === '-' ? host.input : chunks()) {
    hash.update(chunk);
    bytes += chunk.length;
    if (file === '-') kept.push(chunk);
  }
  const name = file === '-' ? 'standard input' : basename(file);
  return { name, digest: hash.digest('hex').slice(0, 24), bytes, chunks };
}

/**
 * The records of a log: its lines, or the items of a file that is one array, as text. Memory: one line, or such a file.
 * Rejects with `BAD_REQUEST` for a line beyond 64 M characters.
 */
export async function* logRecords(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let array: string[] | undefined;
  let isFirst = true;
  for await (const { text } of inputLines(chunks)) {
    const line = isFirst ? text.replace(/^\uFEFF/, '') : text;
    if (line.trim() === '') continue;
    if (isFirst && line.trimStart().startsWith('[')) array = [];
    isFirst = false;
    if (array) array.push(line);
    else yield line;
  }
  if (array) for (const item of itemsOf(array)) yield item;
}

/** Lines that are no array after all are lines. */
function itemsOf(lines: readonly string[]): readonly string[] {
  try {
    const items = JSON.parse(lines.join('\n')) as unknown;
    if (Array.isArray(items)) return items.map(item => JSON.stringify(item));
  } catch {
    // Told as lines.
  }
  return lines;
}

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function* fileChunks(file: string, cwd: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(resolve(cwd, file))) yield chunk as Uint8Array;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError('BAD_OPTION', `import: expected a file that can be read, got ${why}.`, { cause });
  }
}
