import type { RunView } from '../../http/run-view.ts';
import type { Client } from '../create-client.ts';
import type { ConnectionState } from '../options.ts';
import type { RunListNews, RunListQuery } from '../run-list.ts';
import type { LiveSource } from './live-store.ts';

/** What is shown of a list of runs. */
export interface RunListContent {
  /** Newest first. */
  readonly runs: readonly RunView[];
  /** Whether the server has older ones that can be shown too. */
  readonly hasMore: boolean;
  /** Whether the list was not read yet, or more of it is. */
  readonly isLoading: boolean;
}

/** What a server gives at most. */
const MOST_RUNS = 1_000;
const PAGE = 50;

/** The newest runs that match, as they change. Memory: as many runs as are shown, 1,000 at most. */
export class RunListSource implements LiveSource<RunListContent> {
  readonly #client: () => Client;
  readonly #query: RunListQuery;
  readonly #runs = new Map<string, RunView>();
  #sorted: readonly RunView[] = [];
  #limit: number;
  #hasOlder = false;
  #isLoading = true;

  constructor(client: () => Client, query: RunListQuery) {
    this.#client = client;
    this.#query = query;
    this.#limit = query.limit ?? PAGE;
  }

  content(): RunListContent {
    const hasMore = this.#hasOlder && this.#limit < MOST_RUNS;
    return { runs: this.#sorted, hasMore, isLoading: this.#isLoading };
  }

  /** Shows one page more from the next reading on. Returns whether that changes anything. */
  widen(): boolean {
    if (this.#isLoading || !this.content().hasMore) return false;
    this.#limit = Math.min(this.#limit + (this.#query.limit ?? PAGE), MOST_RUNS);
    return (this.#isLoading = true);
  }

  async read(stop: AbortSignal, heard: (state: ConnectionState) => void, changed: () => void): Promise<void> {
    const feed = this.#client().watch(
      { ...this.#query, limit: this.#limit },
      {
        signal: stop,
        // Connected is not yet informed: it is open when the list was read.
        onState: state => state.status !== 'open' && heard(state),
      },
    );
    await new Promise<void>((complete, error) => {
      feed.subscribe({
        next: news => {
          if (stop.aborted) return;
          this.#take(news);
          if (news.news === 'list') heard({ status: 'open' });
          changed();
        },
        error,
        complete,
      });
    });
  }

  #take(news: RunListNews): void {
    switch (news.news) {
      case 'list':
        this.#runs.clear();
        for (const run of news.runs) this.#runs.set(run.runId, run);
        this.#hasOlder = news.next !== undefined;
        this.#isLoading = false;
        break;
      case 'removed':
        this.#runs.delete(news.runId);
        break;
      default:
        if (this.#isBeyond(news.run)) return;
        this.#runs.set(news.run.runId, news.run);
    }
    const sorted = [...this.#runs.values()].sort(byAge);
    this.#sorted = sorted.slice(0, this.#limit);
    for (const { runId } of sorted.slice(this.#limit)) {
      this.#runs.delete(runId);
      this.#hasOlder = true;
    }
  }

  /** Of a run that is older than all that are shown it is not known what lies between. */
  #isBeyond(run: RunView): boolean {
    const oldest = this.#sorted.at(-1);
    return this.#hasOlder && !this.#runs.has(run.runId) && oldest !== undefined && byAge(run, oldest) > 0;
  }
}

/** Newest first. */
function byAge(a: RunView, b: RunView): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? 1 : -1;
  return a.runId < b.runId ? 1 : -1;
}
