import type { OpenFiles } from './open-files.ts';
import { ReadAhead } from './read-ahead.ts';
import {
  groupIn,
  headBefore,
  headFrom,
  headIn,
  readGroup,
  type PlacedGroup,
  type ReadAt,
  type ReadGroup,
} from './group-scan.ts';

/** Two marks are at most about so many bytes apart. */
const MARK_DISTANCE = 64 * 1_024;
/** A stretch that is short enough to go from head to head. */
const STRETCH = 256 * 1_024;
/** Bytes before the guessed place of a group at which it is looked for, and how often it is guessed. */
const SLACK = 4_096;
const GUESSES = 6;

/** Where the group begins that begins with an event. */
interface Mark {
  readonly first: number;
  readonly offset: number;
}

/**
 * One file of a run's log. What is known of where its groups stand is a few marks, noted when they are written; between
 * two marks, and in a file of a former process, a group is found by guessing and halving: a head tells its first event,
 * wherever one begins to read.
 */
export class Segment {
  readonly path: string;
  /** Seq of the first event in it. */
  readonly first: number;
  /** Bytes that are acknowledged; what stands behind them is none of ours. */
  size: number;
  /** The disk has all of it: nothing in it is of a former process, or was made before the disk was first asked. */
  isSynced = false;
  readonly #files: OpenFiles;
  readonly #marks: Mark[] = [];

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
  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /** About how many bytes so many events take, where `next` is the first event behind the file. */
  bytesOf(events: number, next: number): number {
    return (this.size / Math.max(next - this.first, 1)) * events;
  }

  /** Reads in it, about so many bytes at a time. */
  ahead(bytes?: number): ReadAhead {
    return new ReadAhead(this.#files, this, bytes === undefined ? undefined : bytes + bytes / 8 + 2 * SLACK);
  }

  /**
   * The last group that begins with the event `seq` or before it; where it is broken, one before it. `next` is the first
   * event behind the file.
   */
  async locate(seq: number, next: number, ahead: ReadAhead): Promise<PlacedGroup | undefined> {
    const low = await this.#near(seq, next, ahead);
    let last: PlacedGroup | undefined;
    for (let at = low; ;) {
      const group = headIn(ahead.bytes, ahead.start, at) ?? (await headFrom(ahead.at, at, this.size));
      if (!group || group.head.first > seq) return last;
      last = group;
      at = group.end;
    }
  }

  /** Where to go on from head to head: the beginning of a group, a little before the event `seq` if it can be had. */
  async #near(seq: number, next: number, ahead: ReadAhead): Promise<number> {
    const [mark, high] = this.#between(seq, next);
    let low = mark;
    let end = high.offset;
    // Marks that are further apart than they need be stand at large groups.
    let slack = SLACK + 4 * (this.#marks.length > 0 ? Math.max(end - low.offset - MARK_DISTANCE, 0) : 0);
    for (let guesses = 0; end - low.offset > 2 * SLACK; guesses++) {
      const place = placeOf(seq, low, high);
      if (place - low.offset <= 2 * SLACK) break;
      const canGuess = guesses < GUESSES && place - slack > low.offset;
      if (!canGuess && end - low.offset <= STRETCH) break;
      const at = canGuess ? Math.min(place - slack, end - 1) : Math.floor((low.offset + end) / 2);
      const group = await headFrom(ahead.at, at, end);
      if (group && group.head.first <= seq) low = { first: group.head.first, offset: group.offset };
      else {
        end = at;
        slack *= 8;
      }
    }
    return low.offset;
  }

  /** The groups from `offset` on, in order, without those that are broken: of what is at hand without waiting. */
  async *stretchesFrom(offset: number, ahead: ReadAhead): AsyncGenerator<Iterable<ReadGroup>> {
    let at = offset;
    function* atHand(): Generator<ReadGroup> {
      for (let group; (group = groupIn(ahead.bytes, ahead.start, at)); at = group.end) yield group;
    }
    while (at < this.size) {
      const before = at;
      yield atHand();
      if (at > before) continue;
      const group = await headFrom(ahead.at, at, this.size);
      if (!group) return;
      const read = group.end <= this.size ? await readGroup(ahead.at, group) : undefined;
      if (read) yield [read];
      // What a broken head says of its length is not to be trusted.
      at = read ? group.end : group.offset + 1;
    }
  }

  /** The same one by one. */
  async *groupsFrom(offset: number): AsyncGenerator<ReadGroup> {
    const ahead = this.ahead();
    try {
      for await (const groups of this.stretchesFrom(offset, ahead)) yield* groups;
    } finally {
      ahead.end();
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

  #between(seq: number, next: number): [low: Mark, high: Mark] {
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#marks[middle]!.first <= seq) low = middle + 1;
      else high = middle;
    }
    return [
      this.#marks[low - 1] ?? { first: this.first, offset: 0 },
      this.#marks[low] ?? { first: next, offset: this.size },
    ];
  }

  #read(offset: number, length: number): Promise<Buffer> {
    return this.#files.readAt(this.path, offset, Math.min(length, this.size - offset));
  }
}

/** Where an event stands, if all between the marks are of one size. */
function placeOf(seq: number, low: Mark, high: Mark): number {
  const part = (seq - low.first) / Math.max(high.first - low.first, 1);
  return Math.floor(low.offset + Math.min(part, 1) * (high.offset - low.offset));
}
