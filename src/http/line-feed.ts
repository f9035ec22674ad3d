import { SseBytes } from '../bridges/sse/sse-bytes.ts';
import { SILENT, type Bell } from '../bridges/bell.ts';
import type { SseFeed } from '../bridges/sse/sse-feed.ts';
import type { SearchPage } from '../engine/search.ts';
import { wireLine } from '../event/codec.ts';
import type { Entry } from '../event/entry.ts';
import { isNotice, type Notice } from '../event/notice.ts';

/** A page of what a search finds behind `after`. */
export type FindPage = (after: string) => Promise<FoundPage>;

export interface FoundPage extends SearchPage<Entry | Notice> {
  /** Whatever follows came after the request. */
  readonly isLast: boolean;
}

/**
 * All that is stored of a run, or all that a search finds there, one item a line: page by page, as the connection has
 * room, and then it ends. Memory: one page.
 */
export class LineFeed implements SseFeed {
  bell: Bell = SILENT;
  readonly #find: FindPage;
  #page: FoundPage | undefined;
  #after = 'start';
  #ended = false;

  /** `first`: the first page, which was found before anything was answered. */
  constructor(find: FindPage, first: FoundPage) {
    this.#find = find;
    this.#page = first;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Rejects with `STORAGE_LOST`. */
  async next(): Promise<SseBytes | undefined> {
    while (!this.#ended) {
      const page = this.#page ?? (await this.#find(this.#after));
      this.#page = undefined;
      this.#after = page.next ?? 'start';
      this.#ended ||= page.isLast;
      if (page.items.length > 0) return new SseBytes(linesOf(page.items));
    }
    return undefined;
  }

  /** Lines have no sign of life. */
  heartbeat(): SseBytes {
    return new SseBytes('');
  }

  close(): void {
    this.#ended = true;
    this.#page = undefined;
  }
}

/** Items as they go out, each with its line break. */
export function linesOf(items: readonly (Entry | Notice)[]): string {
  return items.map(item => `${wireItem(item)}\n`).join('');
}

/** One item as it goes out. Stored lines are spliced, never parsed. */
export function wireItem(item: Entry | Notice): string {
  return isNotice(item) ? JSON.stringify(item) : wireLine(item.line, item.cursor);
}
