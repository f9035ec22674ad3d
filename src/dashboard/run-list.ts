import type { RunListNews } from '../client/index.ts';
import type { RunView } from '../http/run-view.ts';
import { systemClock } from '../time/clock.ts';
import { isNarrowed, NO_FILTER, queryOf, type RunFilter } from './run-filter.ts';
import { PATIENCE, problemOf, server } from './server.ts';
import { whileVisible } from './while-visible.ts';

const PAGE = 200;
/** Runs that are held; the oldest go first. */
const MOST_RUNS = 1_000;

/** Whether a run is known to the server; `unknown` where the list does not reach that far back. */
export type Presence = 'there' | 'gone' | 'unknown';

/** How the connection to the server is doing. `refused`: it does not let this page read. */
export type ListState = 'connecting' | 'live' | 'lost' | 'refused';

/** The runs of the server, live; the one place that knows whether the server can be reached. */
export class RunList {
  readonly #runs = new Map<string, RunView>();
  readonly #onChange: () => void;
  #filter: RunFilter;
  #stop: () => void;
  #sorted: readonly RunView[] | undefined;
  #waiting: (() => void)[] = [];
  #next: string | undefined;
  #state: ListState = 'connecting';
  #isRead = false;
  #liveUntil: number | undefined;
  /** Why the server refuses. */
  problem = '';

  constructor(onChange: () => void, filter: RunFilter = NO_FILTER) {
    this.#onChange = onChange;
    this.#filter = filter;
    this.#stop = this.#read();
  }

  get state(): ListState {
    return this.#state;
  }

  /** When the list was last known to be as it is on the server, in milliseconds; absent while it is, and before. */
  get liveUntil(): number | undefined {
    return this.#liveUntil;
  }

  /** Whether these are the runs of the filter that was asked for last; before, those of another are shown. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Newest first. */
  get runs(): readonly RunView[] {
    this.#sorted ??= [...this.#runs.values()].sort((a, b) =>
      a.createdAt === b.createdAt ? (a.runId < b.runId ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1,
    );
    return this.#sorted;
  }

  /** Whether the server has older runs than these. */
  get hasOlder(): boolean {
    return this.#next !== undefined && this.#runs.size < MOST_RUNS;
  }

  /** Whether these are all runs there are. */
  get isWhole(): boolean {
    return (
      this.#isRead && this.#next === undefined && this.#runs.size < MOST_RUNS && !isNarrowed(this.#filter)
    );
  }

  get(runId: string): RunView | undefined {
    return this.#runs.get(runId);
  }

  /** Asks for other runs; those that are here stay until the answer comes. */
  narrow(filter: RunFilter): void {
    const isSame = JSON.stringify(queryOf(filter)) === JSON.stringify(queryOf(this.#filter));
    this.#filter = filter;
    if (!isSame) this.retry();
  }

  /** Asks once more; for a server that has refused. */
  retry(): void {
    this.#stop();
    this.#isRead = false;
    if (this.#state === 'refused') this.#setState('connecting');
    this.#stop = this.#read();
  }

  /** Rejects with what `list` of the client rejects with. */
  async loadOlder(): Promise<void> {
    const filter = this.#filter;
    const { runs, next } = await server.list({ ...queryOf(filter), limit: PAGE, page: this.#next });
    if (filter !== this.#filter) return;
    this.#next = next;
    for (const run of runs) if (!this.#runs.has(run.runId)) this.#runs.set(run.runId, run);
    this.#changed();
  }

  /** Resolves when the server can be reached; whether it has the run. */
  async presenceOf(runId: string): Promise<Presence> {
    while (this.#state === 'connecting' || this.#state === 'lost') {
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
    if (this.#runs.has(runId)) return 'there';
    try {
      // A run that was started a moment ago may not be in the stream yet.
      const { runs, next } = await server.list({ limit: PAGE });
      if (runs.some(run => run.runId === runId)) return 'there';
      return next === undefined ? 'gone' : 'unknown';
    } catch {
      return 'unknown';
    }
  }

  #read(): () => void {
    const feed = server.watch(
      { ...queryOf(this.#filter), limit: PAGE },
      // Connected is not yet informed: live is the list when it was read.
      { ...PATIENCE, onState: ({ status }) => status === 'waiting' && this.#setState('lost') },
    );
    return whileVisible(feed, {
      next: news => this.#take(news),
      error: error => {
        this.problem = problemOf(error);
        this.#setState('refused');
      },
    });
  }

  #take(news: RunListNews): void {
    if (news.news === 'removed') this.#runs.delete(news.runId);
    if (news.news === 'run') this.#runs.set(news.run.runId, news.run);
    if (news.news === 'list') {
      this.#runs.clear();
      for (const run of news.runs) this.#runs.set(run.runId, run);
      this.#next = news.next;
      this.#isRead = true;
      this.#setState('live');
    }
    this.#changed();
  }

  #changed(): void {
    this.#sorted = undefined;
    for (const { runId } of this.runs.slice(MOST_RUNS)) this.#runs.delete(runId);
    if (this.runs.length > MOST_RUNS) this.#sorted = undefined;
    this.#onChange();
  }

  #setState(state: ListState): void {
    if (this.#state === 'live' && state !== 'live') this.#liveUntil = systemClock.now();
    if (state === 'live') this.#liveUntil = undefined;
    this.#state = state;
    if (state === 'live' || state === 'refused') for (const resolve of this.#waiting.splice(0)) resolve();
    this.#onChange();
  }
}
