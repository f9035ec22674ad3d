import { HEAD, isIntact, LONGEST_HEAD, parseHead, type GroupHead } from './group-codec.ts';

/** A group and where it stands. */
export interface PlacedGroup {
  readonly head: GroupHead;
  /** Bytes before its head. */
  readonly offset: number;
  /** Bytes before what follows it. */
  readonly end: number;
}

/** A group whose lines are at hand. */
export interface ReadGroup extends PlacedGroup {
  readonly lines: Buffer;
}

/** Some bytes of a file: at least one where `offset` is below `size`, fewer than asked for only at its end. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

const BREAK = 10;
const BREAK_AND_HEAD = Buffer.from(`\n${HEAD}`);
/** What one look for a head reads. */
const STRIDE = 16 * 1_024;

/** The first head line at `offset` or behind it, before `size`. */
export async function headFrom(
  readAt: ReadAt,
  offset: number,
  size: number,
): Promise<PlacedGroup | undefined> {
  // A break may stand right before `offset`; the beginning of the file needs none.
  for (let at = Math.max(offset - 1, 0); at < size;) {
    const bytes = await readAt(at, Math.min(STRIDE + LONGEST_HEAD, size - at));
    if (bytes.length === 0) return undefined;
    for (let found = firstHead(bytes, at); found !== -1; found = nextHead(bytes, found)) {
      if (found > STRIDE && at + bytes.length < size) break;
      if (at + found < offset) continue;
      const group = headAt(bytes, found, at);
      if (group) return group;
    }
    at += STRIDE;
  }
  return undefined;
}

/** The last head line that begins before `offset`. */
export async function headBefore(readAt: ReadAt, offset: number): Promise<PlacedGroup | undefined> {
  for (let until = offset; until > 0;) {
    const from = Math.max(until - STRIDE, 0);
    const start = Math.max(from - 1, 0);
    const bytes = await readAt(
      start,
      offset - start > STRIDE + LONGEST_HEAD ? STRIDE + LONGEST_HEAD : offset - start,
    );
    for (
      let found = lastHead(bytes, until - start, start);
      found !== -1;
      found = lastHead(bytes, found, start)
    ) {
      const group = headAt(bytes, found, start);
      if (group) return group;
    }
    until = from;
  }
  return undefined;
}

/** The lines of a group; `undefined` if they are not all there, or not as they were written. */
export async function readGroup(readAt: ReadAt, group: PlacedGroup): Promise<ReadGroup | undefined> {
  const { offset, end } = group;
  const bytes = await readAt(offset, end - offset);
  return bytes.length < end - offset ? undefined : intact(bytes, 0, group);
}

/** The group that begins right at `offset`, if all of it is among `bytes`, which begin at `base`, and as it was written. */
export function groupIn(bytes: Buffer, base: number, offset: number): ReadGroup | undefined {
  const group = headIn(bytes, base, offset);
  return group && group.end <= base + bytes.length ? intact(bytes, offset - base, group) : undefined;
}

/** The head line that begins right at `offset`, if it is among `bytes`, which begin at `base`. */
export function headIn(bytes: Buffer, base: number, offset: number): PlacedGroup | undefined {
  return offset < base ? undefined : headAt(bytes, offset - base, base);
}

function intact(bytes: Buffer, start: number, group: PlacedGroup): ReadGroup | undefined {
  const { head, offset, end } = group;
  const size = end - offset;
  const line = bytes.subarray(start, start + size - head.bytes - 1);
  const lines = bytes.subarray(start + size - head.bytes, start + size);
  return isIntact(line, head, lines) ? { head, offset, end, lines } : undefined;
}

function headAt(bytes: Buffer, start: number, base: number): PlacedGroup | undefined {
  const end = bytes.indexOf(BREAK, start);
  if (end === -1) return undefined;
  const head = parseHead(bytes.toString('utf8', start, end));
  return head && { head, offset: base + start, end: base + end + 1 + head.bytes };
}

function firstHead(bytes: Buffer, base: number): number {
  return base === 0 && bytes.toString('latin1', 0, HEAD.length) === HEAD ? 0 : nextHead(bytes, 0);
}

function nextHead(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(BREAK_AND_HEAD, from);
  return found === -1 ? -1 : found + 1;
}

/** The last head that begins before `until`, which counts from the beginning of `bytes`. */
function lastHead(bytes: Buffer, until: number, base: number): number {
  const found = until < 2 ? -1 : bytes.lastIndexOf(BREAK_AND_HEAD, until - 2);
  if (found !== -1) return found + 1;
  return base === 0 && until > 0 && bytes.toString('latin1', 0, HEAD.length) === HEAD ? 0 : -1;
}
