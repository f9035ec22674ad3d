import type { RunListNews } from '../client/index.ts';
import type { RunView } from '../http/run-view.ts';
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
  #sorted: readonly RunView[] | undefined;
  #waiting: (() => void)[] = [];
  #next: string | undefined;
  #state: ListState = 'connecting';
  /** Why the server refuses. */
  problem = '';

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    const feed = server.watch(
      { limit: PAGE },
      // Connected is not yet informed: live is the list when it was read.
      { ...PATIENCE, onState: ({ status }) => status === 'waiting' && this.#setState('lost') },
    );
    whileVisible(feed, {
      next: news => this.#take(news),
      error: error => {
        this.problem = problemOf(error);
        this.#setState('refused');
      },
    });
  }

  get state(): ListState {
    return this.#state;
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

  get(runId: string): RunView | undefined {
    return this.#runs.get(runId);
  }

  /** Rejects with what `list` of the client rejects with. */
  async loadOlder(): Promise<void> {
    const { runs, next } = await server.list({ limit: PAGE, page: this.#next });
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

  #take(news: RunListNews): void {
    if (news.news === 'removed') this.#runs.delete(news.runId);
    if (news.news === 'run') this.#runs.set(news.run.runId, news.run);
    if (news.news === 'list') {
      this.#runs.clear();
      for (const run of news.runs) this.#runs.set(run.runId, run);
      this.#next = news.next;
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
    this.#state = state;
    if (state === 'live' || state === 'refused') for (const resolve of this.#waiting.splice(0)) resolve();
    this.#onChange();
  }
}
