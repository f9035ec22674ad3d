import { crc32 } from 'node:zlib';
import { Entry } from '../../event/entry.ts';
import type { Batch } from '../backend.ts';

/**
 * How batches stand in a file, one after the other. Each is a group of lines, readable and cut at line ends only:
 *
 *     #{"batch":"7","first":41,"count":2,"kept":1,"prev":"Zk3q_0aB","end":"complete","bytes":512,"crc":"0f3a99c1"}
 *     9fKd02-x {"runId":"r","tenantId":"default","seq":41,…}
 *     aa81Zp0q {"runId":"r","tenantId":"default","seq":42,…}
 *
 * An event's line begins with its chain value and has no line break, so that `#{` at the beginning of a line is a head
 * and nothing else. `bytes` are those of the lines, breaks included; `crc` (CRC-32 as in RFC 1952) covers the head
 * up to itself and the lines. `prev` is the chain before `first`, `kept` the oldest event that retention had left.
 */
export interface GroupHead {
  readonly batch: string;
  readonly first: number;
  readonly count: number;
  readonly kept: number;
  readonly prev: string;
  readonly end?: string | undefined;
  readonly bytes: number;
  readonly crc: string;
}

/** What a head begins with, and what comes before it everywhere but at the beginning of a file. */
export const HEAD = '#{';
const CRC = /,"crc":"[0-9a-f]{8}"\}$/;
/** How long that is. */
const CRC_LENGTH = 18;
/** A head as it mostly is; half the time of `JSON.parse`. */
const PLAIN_HEAD =
  /^#\{"batch":"([^"\\]*)","first":(\d+),"count":(\d+),"kept":(\d+),"prev":"([^"\\]*)",(?:"end":"(\w+)",)?"bytes":(\d+),"crc":"([0-9a-f]{8})"\}$/;
type Texts = readonly [
  ...[line: string, batch: string, first: string, count: string, kept: string, prev: string],
  ...[end: string | undefined, bytes: string, crc: string],
];
/** The longest head: a batch id may have some hundred characters. */
export const LONGEST_HEAD = 4_096;

/** Bytes that {@link encodeGroup} needs at the most: a character has three at the most. */
export function roomFor({ entries }: Batch): number {
  let room = LONGEST_HEAD;
  for (const { line } of entries) room += line.length * 3 + 10;
  return room;
}

/** A batch as bytes, somewhere in `memory`. */
export function encodeGroup(
  { id, after, entries, end }: Batch,
  { prev, kept, memory }: { readonly prev: string; readonly kept: number; readonly memory: Buffer },
): Buffer {
  let text = '';
  for (const { cursor, line } of entries) text += `${hashOf(cursor)} ${line}\n`;
  // The head says how long the lines are, and stands before them.
  const bytes = memory.write(text, LONGEST_HEAD);
  const lines = memory.subarray(LONGEST_HEAD, LONGEST_HEAD + bytes);
  const head = { batch: id, first: after + 1, count: entries.length, kept, prev, end, bytes };
  const open = HEAD + JSON.stringify(head).slice(1, -1);
  const crc = crc32(lines, crc32(open)).toString(16).padStart(8, '0');
  const line = `${open},"crc":"${crc}"}\n`;
  const start = LONGEST_HEAD - Buffer.byteLength(line);
  memory.write(line, start);
  return memory.subarray(start, LONGEST_HEAD + bytes);
}

/** What a head line says; `undefined` if it is none. The line comes without its break. */
export function parseHead(line: string): GroupHead | undefined {
  const plain = PLAIN_HEAD.exec(line);
  if (!plain) return parseAnyHead(line);
  const [, batch, first, count, kept, prev, end, bytes, crc] = plain as unknown as Texts;
  const head = { batch, first: Number(first), count: Number(count), kept: Number(kept), prev, end, crc };
  return checked({ ...head, bytes: Number(bytes) });
}

/** One whose batch id needs escapes, or with members that this version does not know. */
function parseAnyHead(line: string): GroupHead | undefined {
  if (!line.startsWith(HEAD) || !CRC.test(line)) return undefined;
  try {
    return checked(JSON.parse(line.slice(1)) as GroupHead);
  } catch {
    return undefined;
  }
}

function checked(head: GroupHead): GroupHead | undefined {
  const { first, count, kept, bytes } = head;
  return [first, count, kept, bytes].every(Number.isSafeInteger) ? head : undefined;
}

/** Whether a group is as it was written. `line` is that of the head, without its break. */
export function isIntact(line: Uint8Array, { crc }: GroupHead, lines: Uint8Array): boolean {
  return crc32(lines, crc32(line.subarray(0, line.length - CRC_LENGTH))) === Number.parseInt(crc, 16);
}

/** The events of a group that is intact, of the life `epoch`. */
export function entriesOf({ first, count }: GroupHead, lines: Buffer, epoch: string): Entry[] {
  const text = lines.toString();
  const life = `${epoch}.`;
  const entries: Entry[] = [];
  for (let at = 0, start = 0; at < count; at++) {
    const end = text.indexOf('\n', start);
    const seq = first + at;
    const cursor = `${life}${seq}.${text.slice(start, start + 8)}`;
    entries.push(Entry.ofLine(cursor, seq, text.slice(start + 9, end)));
    start = end + 1;
  }
  return entries;
}

/** The chain value of a cursor. */
export function hashOf(cursor: string): string {
  return cursor.slice(cursor.lastIndexOf('.') + 1);
}
