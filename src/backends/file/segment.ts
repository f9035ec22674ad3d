import type { OpenFiles } from './open-files.ts';
import {
  headBefore,
  headFrom,
  readGroup,
  type PlacedGroup,
  type ReadAt,
  type ReadGroup,
} from './group-scan.ts';

/** Two marks are at most about so many bytes apart. */
const MARK_DISTANCE = 64 * 1_024;
/** What one read fetches where groups are read one after the other. */
const CHUNK = 256 * 1_024;

/**
 * One file of a run's log. What is known of where its groups stand is a few marks, noted when they are written; between
 * two marks, and in a file of a former process, a group is found by halving: a head tells its first event, wherever one
 * begins to read.
 */
export class Segment {
  readonly path: string;
  /** Seq of the first event in it. */
  readonly first: number;
  /** Bytes that are acknowledged; what stands behind them is none of ours. */
  size: number;
  readonly #files: OpenFiles;
  readonly #marks: { readonly first: number; readonly offset: number }[] = [];

  constructor(files: OpenFiles, path: string, first: number, size = 0) {
    this.#files = files;
    this.path = path;
    this.first = first;
    this.size = size;
  }

  /** Notes that the group with the event `first` begins at `offset`, if the last mark is `distance` bytes before. In order. */
  mark(first: number, offset: number, distance: number): void {
    const last = this.#marks.at(-1);
    if (!last || offset - last.offset >= Math.min(distance, MARK_DISTANCE))
      this.#marks.push({ first, offset });
  }

  /** The marks, oldest first. */
  get marks(): readonly { readonly first: number; readonly offset: number }[] {
    return this.#marks;
  }

  /** The last group that begins with the event `seq` or before it; where it is broken, one before it. */
  async locate(seq: number, readAt = this.reader()): Promise<PlacedGroup | undefined> {
    let [low, high] = this.#between(seq);
    while (high - low > CHUNK) {
      const middle = Math.floor((low + high) / 2);
      const group = await headFrom((at, length) => this.#read(at, length), middle, high);
      if (group && group.head.first <= seq) low = group.offset;
      else high = middle;
    }
    let last: PlacedGroup | undefined;
    for (let at = low; ;) {
      const group = await headFrom(readAt, at, this.size);
      if (!group || group.head.first > seq) return last;
      last = group;
      at = group.end;
    }
  }

  /** The groups from `offset` on, in order, without those that are broken. */
  async *groupsFrom(offset: number, readAt = this.reader()): AsyncGenerator<ReadGroup> {
    for (let at = offset; at < this.size;) {
      const group = await headFrom(readAt, at, this.size);
      if (!group) return;
      const read = group.end <= this.size ? await readGroup(readAt, group) : undefined;
      if (read) yield read;
      // What a broken head says of its length is not to be trusted.
      at = read ? group.end : group.offset + 1;
    }
  }

  /** The groups that begin before `offset`, the last one first, without those that are broken. */
  async *groupsBefore(offset: number): AsyncGenerator<ReadGroup> {
    const readAt: ReadAt = (at, length) => this.#read(at, length);
    for (let before = offset; before > 0;) {
      const group = await headBefore(readAt, before);
      if (!group) return;
      const read = group.end <= this.size ? await readGroup(readAt, group) : undefined;
      if (read) yield read;
      before = group.offset;
    }
  }

  #between(seq: number): [low: number, high: number] {
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#marks[middle]!.first <= seq) low = middle + 1;
      else high = middle;
    }
    return [this.#marks[low - 1]?.offset ?? 0, this.#marks[low]?.offset ?? this.size];
  }

  #read(offset: number, length: number): Promise<Buffer> {
    return this.#files.readAt(this.path, offset, Math.min(length, this.size - offset));
  }

  /** Reads ahead, so that many small groups cost one read, and finding them too. */
  reader(): ReadAt {
    let start = 0;
    let chunk: Buffer = Buffer.alloc(0);
    return async (offset, length) => {
      const wanted = Math.min(length, this.size - offset);
      if (offset < start || offset + wanted > start + chunk.length) {
        start = offset;
        chunk = await this.#read(offset, Math.max(wanted, CHUNK));
      }
      return chunk.subarray(offset - start, offset - start + wanted);
    };
  }
}
