import type { Observable, Subscription } from 'rxjs';
import { soon } from '../../time/soon.ts';
import { HEARTBEAT_FRAME, valueFrame } from './frames.ts';
import { SseBytes } from './sse-bytes.ts';
import { SILENT } from '../bell.ts';
import type { SseFeed } from './sse-feed.ts';

/** What happened to a run. */
export type ListNews<Record> =
  | { readonly news: 'created' | 'changed'; readonly record: Record }
  | { readonly news: 'removed'; readonly runId: string };

export interface RunListSource<Record extends { readonly runId: string }> {
  /** The list as it is now. */
  readonly list: () => Promise<unknown>;
  readonly news: Observable<ListNews<Record>>;
  /** How a run is shown; `undefined` if it does not belong into this list. */
  readonly view: (record: Record) => unknown;
}

/** Changes that wait for a slow connection; beyond that it gets the list anew. */
const MOST_WAITING = 1_000;
const HEARTBEAT = new SseBytes(HEARTBEAT_FRAME);

/**
 * The list of runs, live: `runs` with the list as it is, then `run` for each that was created or changed, and
 * `removed` for each that is gone or does not belong into the list any more. Changes of one run that wait together
 * are told once. Never ends. Memory: at most 1,000 changes.
 */
export class RunListFeed<Record extends { readonly runId: string }> implements SseFeed {
  readonly ended = false;
  bell = SILENT;
  readonly #source: RunListSource<Record>;
  readonly #subscription: Subscription;
  readonly #changes = new Map<string, Record | undefined>();
  #isListDue = false;
  #ahead: SseBytes | undefined;
  #stopBell: (() => void) | undefined;
  #closed = false;

  constructor(source: RunListSource<Record>) {
    this.#source = source;
    this.#subscription = source.news.subscribe(news => this.#note(news));
  }

  /** Makes the first list. Rejects with what `list` rejects with. */
  async begin(): Promise<void> {
    this.#ahead = await this.#list();
  }

  next(): SseBytes | undefined | Promise<SseBytes | undefined> {
    if (this.#closed) return undefined;
    const bytes = this.#takeAhead() ?? this.#takeChanges();
    return bytes === undefined && this.#isListDue ? this.#list() : bytes;
  }

  heartbeat(): SseBytes {
    return HEARTBEAT;
  }

  close(): void {
    this.#closed = true;
    this.#subscription.unsubscribe();
    this.#stopBell?.();
    this.#changes.clear();
  }

  #note(news: ListNews<Record>): void {
    const runId = news.news === 'removed' ? news.runId : news.record.runId;
    if (!this.#isListDue) this.#changes.set(runId, news.news === 'removed' ? undefined : news.record);
    if (this.#changes.size > MOST_WAITING) {
      this.#isListDue = true;
      this.#changes.clear();
    }
    this.#stopBell ??= soon(() => {
      this.#stopBell = undefined;
      this.bell.ring();
    });
  }

  async #list(): Promise<SseBytes> {
    this.#isListDue = false;
    return new SseBytes(valueFrame('runs', await this.#source.list()));
  }

  #takeAhead(): SseBytes | undefined {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead;
  }

  #takeChanges(): SseBytes | undefined {
    let text = '';
    for (const [runId, record] of this.#changes) {
      const shown = record && this.#source.view(record);
      text += shown === undefined ? valueFrame('removed', { runId }) : valueFrame('run', shown);
    }
    this.#changes.clear();
    return text === '' ? undefined : new SseBytes(text);
  }
}
