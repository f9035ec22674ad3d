import { pageBefore } from './event-pages.ts';
import type { LogEntries } from './log-entries.ts';

const PAGE = 1_000;
/** Events that are loaded at the most: a browser is no archive. */
const MOST = 50_000;

/** The events before those of a log, asked for page by page. */
export class OlderEvents {
  readonly #runId: string;
  readonly #entries: LogEntries;
  #isFirst: boolean;
  #loaded = 0;
  #coming: Promise<number> | undefined;

  constructor(runId: string, entries: LogEntries, isComplete: boolean) {
    this.#runId = runId;
    this.#entries = entries;
    this.#isFirst = isComplete;
  }

  /** Whether the server may still keep events before the first one here. */
  get areThere(): boolean {
    return !this.#isFirst && this.#entries.firstSeq > 1 && this.#loaded < MOST;
  }

  get areComing(): boolean {
    return this.#coming !== undefined;
  }

  /** Loads one page, and tells by how many the shown entries have grown. Rejects like `fetch`. */
  load(): Promise<number> {
    return (this.#coming ??= this.#load().finally(() => (this.#coming = undefined)));
  }

  async #load(): Promise<number> {
    const { items, isLast } = await pageBefore(this.#runId, this.#entries.firstSeq, PAGE);
    const { firstSeq } = this.#entries;
    const older = items.filter(item => !('seq' in item) || item.seq < firstSeq);
    this.#isFirst = isLast || older.length === 0;
    this.#loaded += older.length;
    const before = this.#entries.shown.length;
    this.#entries.prepend(older);
    return this.#entries.shown.length - before;
  }
}
