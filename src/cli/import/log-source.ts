import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { SluiceError } from '../../index.ts';
import type { CommandHost } from '../command-host.ts';

/** A log that can be read more than once. */
export interface LogSource {
  readonly name: string;
  /** Of its content: the same log is the same run. */
  readonly digest: string;
  readonly bytes: number;
  chunks(): AsyncIterable<Uint8Array>;
}

/** What files begin with that are no logs, and what to do then. `FILE` is the file. */
const STRANGERS: readonly (readonly [string, string])[] = [
  ['1f8b', 'is compressed with gzip. Unpack it: gunzip -c FILE | sluice import -'],
  ['28b52ffd', 'is compressed with zstd. Unpack it: zstd -dc FILE | sluice import -'],
  ['504b0304', 'is a zip archive. Unpack it: unzip -p FILE | sluice import -'],
  ['fffe', 'is UTF-16. Make it UTF-8: iconv -f UTF-16 -t UTF-8 FILE | sluice import -'],
  ['feff', 'is UTF-16. Make it UTF-8: iconv -f UTF-16 -t UTF-8 FILE | sluice import -'],
  [
    Buffer.from('SQLite format 3').toString('hex'),
    'is a database. Let its agent write the session: opencode export SESSION | sluice import -',
  ],
];

/**
 * A file, or standard input for `-`, which is kept in memory. Rejects with `BAD_OPTION` for what cannot be read, is
 * empty, or is compressed.
 */
export async function logSource(file: string, host: CommandHost): Promise<LogSource> {
  const kept: Uint8Array[] = [];
  const isInput = file === '-';
  const name = isInput ? 'standard input' : basename(file);
  const chunks = isInput ? (): AsyncIterable<Uint8Array> => each(kept) : () => fileChunks(file, host.cwd);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of isInput ? host.input : chunks()) {
    if (bytes === 0) refuseStranger(chunk, isInput ? 'FILE' : file, name);
    hash.update(chunk);
    bytes += chunk.length;
    if (isInput) kept.push(chunk);
  }
  if (bytes === 0) throw new SluiceError('BAD_OPTION', `import: expected a log, but ${name} is empty.`);
  return { name, digest: hash.digest('hex').slice(0, 24), bytes, chunks };
}

function refuseStranger(chunk: Uint8Array, file: string, name: string): void {
  const head = Buffer.from(chunk.subarray(0, 16)).toString('hex');
  const found = STRANGERS.find(([mark]) => head.startsWith(mark));
  if (!found) return;
  const says = found[1].replace('FILE', file);
  throw new SluiceError('BAD_OPTION', `import: expected lines of JSON, but ${name} ${says}`);
}

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function* fileChunks(file: string, cwd: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(resolve(cwd, file))) yield chunk as Uint8Array;
  } catch (cause) {
    const { code } = cause as { readonly code?: unknown };
    if (code === 'EISDIR') {
      const said = `import: expected a file, got the folder ${file}. Name its files: ${file.replace(/\/+$/, '')}/*.jsonl`;
      throw new SluiceError('BAD_OPTION', said, { cause });
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError('BAD_OPTION', `import: expected a file that can be read, got ${why}.`, { cause });
  }
}
