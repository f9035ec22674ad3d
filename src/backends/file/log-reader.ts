import { formatCursor } from '../../event/cursor.ts';
import type { Entry } from '../../event/entry.ts';
import type { LogQuery, ReadResult } from '../backend.ts';
import { entriesOf, hashOf, type GroupHead } from './group-codec.ts';
import type { PlacedGroup, ReadGroup } from './group-scan.ts';
import type { LogState } from './log-state.ts';
import type { Segment } from './segment.ts';

interface PageSize {
  readonly limit: number;
  readonly bytes: number;
  /** The chain before it, where that is to be checked. */
  readonly hash?: string | undefined;
}

/**
 * Reads the log as it is at one moment: what is appended meanwhile is behind its end. Groups that are broken are left
 * out, and what was in them is told as a gap.
 */
export class LogReader {
  readonly #segments: readonly Segment[];
  readonly #state: LogState;
  readonly #epoch: string;

  constructor(state: LogState, epoch: string) {
    this.#state = { ...state };
    this.#segments = [...state.segments];
    this.#epoch = epoch;
  }

  async read({ after, hash, limit, bytes = Infinity, reverse = false }: LogQuery): Promise<ReadResult> {
    const { tip, kept } = this.#state;
    // A page that begins behind the position shows its hash by itself.
    const shows = !reverse && limit > 0 && after < tip && after + 1 >= kept;
    if (hash !== undefined && !shows && (await this.#isFork(after, hash)))
      return { result: 'reset', reason: 'fork' };
    if (limit === 0) return this.#page([]);
    if (!reverse) {
      if (after + 1 < kept) return this.#gap(after + 1, kept - 1, await this.#hashAt(kept - 1));
      return after === tip ? this.#page([]) : this.#readOn(after + 1, { limit, bytes, hash });
    }
    const newest = after === 0 ? tip : after - 1;
    if (newest > 0 && newest < kept) return this.#gap(1, newest, await this.#hashAt(newest));
    return newest === 0 ? this.#page([]) : this.#readBack(newest, limit, bytes);
  }

  /** The head of the group that `seq` is in, or what comes before it where that one is broken. */
  async headOf(seq: number): Promise<GroupHead | undefined> {
    for await (const { head } of this.#groupsOn(seq)) return head;
    return undefined;
  }

  async #readOn(next: number, { limit, bytes, hash }: PageSize): Promise<ReadResult> {
    const page: Entry[] = [];
    let size = 0;
    for await (const groups of this.#stretchesOn(next, { limit, bytes })) {
      for (const { head, lines } of groups) {
        const expected = next + page.length;
        if (head.first > expected) {
          if (page.length > 0) return this.#page(page);
          return this.#gap(expected, head.first - 1, head.prev, 'corrupt');
        }
        const entries = entriesOf(head, lines, this.#epoch);
        if (page.length === 0 && hash !== undefined) {
          const { cursor } = entries[expected - head.first - 1] ?? { cursor: head.prev };
          if (hashOf(cursor) !== hash) return { result: 'reset', reason: 'fork' };
        }
        for (let at = expected - head.first; at < entries.length; at++) {
          const entry = entries[at]!;
          size += entry.bytes;
          if (page.length > 0 && (size > bytes || page.length >= limit)) return this.#page(page);
          page.push(entry);
        }
        if (page.length >= limit) return this.#page(page);
      }
    }
    return page.length > 0 ? this.#page(page) : this.#gap(next, this.#state.tip, this.#state.hash, 'corrupt');
  }

  async #readBack(newest: number, limit: number, bytes: number): Promise<ReadResult> {
    const page: Entry[] = [];
    let size = 0;
    for await (const { head, lines } of this.#groupsBack(newest)) {
      const expected = newest - page.length;
      const last = head.first + head.count - 1;
      if (last < expected) {
        if (page.length > 0) return this.#page(page);
        return this.#gap(last + 1, expected, '0', 'corrupt');
      }
      for (const entry of entriesOf(head, lines, this.#epoch)
        .slice(0, expected - head.first + 1)
        .reverse()) {
        size += entry.bytes;
        const isFull = page.length > 0 && (size > bytes || page.length >= limit);
        if (isFull || entry.seq < this.#state.kept) return this.#page(page);
        page.push(entry);
      }
      if (page.length >= limit) break;
    }
    return page.length > 0 ? this.#page(page) : this.#gap(1, newest, '0', 'corrupt');
  }

  /** The group that `seq` is in and those behind it, without those that are broken. */
  async *#groupsOn(seq: number): AsyncGenerator<ReadGroup> {
    for await (const groups of this.#stretchesOn(seq, { limit: 1, bytes: Infinity })) yield* groups;
  }

  /** The same, of what one read brings at a time; it brings about a page. */
  async *#stretchesOn(seq: number, { limit, bytes }: PageSize): AsyncGenerator<Iterable<ReadGroup>> {
    const from = this.#segmentOf(seq);
    for (let at = from; at < this.#segments.length; at++) {
      const segment = this.#segments[at]!;
      const next = this.#firstBehind(at);
      const ahead = segment.ahead(Math.min(segment.bytesOf(limit, next), bytes));
      try {
        const start = at === from ? ((await segment.locate(seq, next, ahead))?.offset ?? 0) : 0;
        for await (const groups of segment.stretchesFrom(start, ahead)) yield this.#wanted(groups, seq);
      } finally {
        ahead.end();
      }
    }
  }

  *#wanted(groups: Iterable<ReadGroup>, seq: number): Generator<ReadGroup> {
    const { tip } = this.#state;
    for (const group of groups) {
      const { first, count } = group.head;
      if (first + count > seq && first <= tip) yield group;
    }
  }

  /** The group that `seq` is in and those before it. */
  async *#groupsBack(seq: number): AsyncGenerator<ReadGroup> {
    const from = this.#segmentOf(seq);
    for (let at = from; at >= 0; at--) {
      const segment = this.#segments[at]!;
      const start = at === from ? await this.#placeIn(segment, seq, this.#firstBehind(at)) : undefined;
      for await (const group of segment.groupsBefore(start?.end ?? segment.size)) {
        if (group.head.first <= seq) yield group;
      }
    }
  }

  async #placeIn(segment: Segment, seq: number, next: number): Promise<PlacedGroup | undefined> {
    const ahead = segment.ahead(0);
    return segment.locate(seq, next, ahead).finally(() => ahead.end());
  }

  #firstBehind(at: number): number {
    return this.#segments[at + 1]?.first ?? this.#state.tip + 1;
  }

  #segmentOf(seq: number): number {
    return Math.max(
      this.#segments.findLastIndex(({ first }) => first <= seq),
      0,
    );
  }

  /** Whether the event `seq` has another chain value; where that is gone, nobody can tell. */
  async #isFork(seq: number, hash: string): Promise<boolean> {
    if (seq < this.#state.kept - 1) return false;
    const ours = await this.#hashAt(seq);
    return ours !== '0' && ours !== hash;
  }

  /** The chain value behind the event `seq`; `0` if it is not to be had. */
  async #hashAt(seq: number): Promise<string> {
    const { tip, hash } = this.#state;
    if (seq === tip) return hash;
    for await (const { head, lines } of this.#groupsOn(seq + 1)) {
      if (head.first === seq + 1) return head.prev;
      const entry = entriesOf(head, lines, this.#epoch)[seq - head.first];
      return entry ? hashOf(entry.cursor) : '0';
    }
    return '0';
  }

  #page(entries: readonly Entry[]): ReadResult {
    const { tip, hash, closed } = this.#state;
    return { result: 'page', entries, tip, cursor: this.#cursor(tip, hash), closed };
  }

  #gap(from: number, to: number, hash: string, reason?: 'corrupt'): ReadResult {
    return { result: 'gap', from, to, cursor: this.#cursor(to, hash), ...(reason && { reason }) };
  }

  #cursor(seq: number, hash: string): string {
    return formatCursor({ epoch: this.#epoch, seq, hash });
  }
}
