import { crc32 } from 'node:zlib';
import type { Idempotency, RunKey, RunRecord } from '../backend.ts';

/** What happened to a run, as the journal of a directory has it: it is as told, or gone. */
export type JournalEntry =
  { readonly put: RunRecord; readonly idempotency?: Idempotency | undefined } | { readonly gone: RunKey };

/** One line, break included: eight hex digits of CRC-32 over the JSON, a space, the JSON. */
export function encodeJournalLine(entry: JournalEntry): string {
  const json = JSON.stringify(entry);
  return `${sum(json)} ${json}\n`;
}

/** `undefined` for what is no intact line. The line comes without its break. */
export function decodeJournalLine(line: string): JournalEntry | undefined {
  const json = line.slice(9);
  if (line[8] !== ' ' || sum(json) !== line.slice(0, 8)) return undefined;
  return JSON.parse(json) as JournalEntry;
}

function sum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
