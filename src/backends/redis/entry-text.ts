import { Entry } from '../../event/entry.ts';

/**
 * A batch as one entry of a stream: its lines, each with its chain value in front as in the files of the file backend,
 * and a head that says what it comes after.
 */
export interface StoredBatch {
  /** The event before its first one, and the chain there. */
  readonly after: number;
  readonly prev: string;
  readonly last: number;
  readonly lines: string;
}

/** `id` and fields as XRANGE gives them. */
export type StreamEntry = readonly [
  id: string,
  fields: readonly [h: 'h', head: string, d: 'd', lines: string],
];

/** An event's line has no break, and every chain value eight characters. */
export function linesOf(entries: readonly Entry[]): string {
  let text = '';
  for (const { cursor, line } of entries) text += `${hashOf(cursor)} ${line}\n`;
  return text;
}

export function parseBatch([id, fields]: StreamEntry): StoredBatch {
  const [after, prev] = fields[1].split(' ', 2) as [string, string];
  return { after: Number(after), prev, last: Number(id.slice(0, id.indexOf('-'))), lines: fields[3] };
}

/** The events of a batch after `seq`, in their order. */
export function entriesOf({ after, lines }: StoredBatch, epoch: string, seq = after): Entry[] {
  const entries: Entry[] = [];
  let start = 0;
  for (let at = after; at < seq; at++) start = lines.indexOf('\n', start) + 1;
  for (let at = Math.max(after, seq) + 1; start < lines.length; at++) {
    const end = lines.indexOf('\n', start);
    const cursor = `${epoch}.${at}.${lines.slice(start, start + 8)}`;
    entries.push(Entry.ofLine(cursor, at, lines.slice(start + 9, end)));
    start = end + 1;
  }
  return entries;
}

/** The chain behind a batch. */
export function chainOf({ lines }: StoredBatch): string {
  const start = lines.lastIndexOf('\n', lines.length - 2) + 1;
  return lines.slice(start, start + 8);
}

/** The chain behind the event `seq`, if that is in the batch or right before it. */
export function hashAt({ after, prev, last, lines }: StoredBatch, seq: number): string | undefined {
  if (seq === after) return prev;
  if (seq < after || seq > last) return undefined;
  let start = 0;
  for (let at = after + 1; at < seq; at++) start = lines.indexOf('\n', start) + 1;
  return lines.slice(start, start + 8);
}

/** The chain value of a cursor. */
export function hashOf(cursor: string): string {
  return cursor.slice(cursor.lastIndexOf('.') + 1);
}
