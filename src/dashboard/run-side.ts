import { systemClock } from '../time/clock.ts';
import { byId, element, setText } from './element.ts';
import { EmptyList, type Emptiness } from './empty-list.ts';
import { FilterBar } from './filter-bar.ts';
import { RunCounts } from './run-counts.ts';
import { isNarrowed, isWanted, NO_FILTER, type RunFilter } from './run-filter.ts';
import type { RunList } from './run-list.ts';
import { RunRows } from './run-rows.ts';
import { problemOf } from './server.ts';
import { counted } from './words.ts';

/** The column of runs: which ones, how many, and each of them. */
export class RunSide {
  readonly bar: FilterBar;
  readonly #list: RunList;
  readonly #rows = new RunRows(byId('runs'));
  readonly #counts: RunCounts;
  readonly #empty: EmptyList;
  readonly #older = byId('older') as HTMLButtonElement;
  readonly #olderProblem = element('p', { class: 'problem', role: 'alert' });
  #filter: RunFilter;
  #agents: readonly string[] = [];

  constructor(
    list: RunList,
    {
      filter,
      onFilter,
      onChange,
    }: {
      readonly filter: RunFilter;
      readonly onFilter: (filter: RunFilter) => void;
      readonly onChange: () => void;
    },
  ) {
    this.#list = list;
    this.#filter = filter;
    this.bar = new FilterBar(filter, onFilter);
    this.#counts = new RunCounts(list, onChange);
    this.#empty = new EmptyList({ clear: () => onFilter(NO_FILTER), retry: () => list.retry() });
    byId('filters').append(this.bar.element);
    byId('runs').after(this.#empty.element, this.#olderProblem);
    this.#older.addEventListener('click', () => this.#loadOlder());
  }

  /** Runs that have not ended, as far as anybody knows. */
  get live(): number | undefined {
    const by = this.#counts.stats?.byStatus;
    return by && by.accepted + by.running + by.waiting;
  }

  show(filter: RunFilter): void {
    this.#filter = filter;
    this.bar.show(filter);
  }

  /** Agents to choose from, besides those of the runs. */
  offer(agents: readonly string[]): void {
    this.#agents = agents;
  }

  tick(): void {
    this.#counts.tick();
  }

  draw(selected: string | undefined): void {
    const { runs, state, hasOlder, problem, isRead } = this.#list;
    const { text } = this.#filter;
    const shown = text === '' ? runs : runs.filter(run => isWanted(run, text));
    this.#rows.draw(shown, { selected, filter: this.#filter, now: systemClock.now() });
    const { stats } = this.#counts;
    const names = runs.map(({ agent }) => agent).filter(agent => agent !== undefined);
    this.bar.draw(stats, [...new Set([...this.#agents, ...names])].sort());
    const total = stats?.total ?? runs.length;
    const isPart = text !== '' || isNarrowed(this.#filter);
    const all = total === 0 ? '' : total.toLocaleString('en');
    setText(byId('run-count'), isPart ? `${shown.length} of ${counted(total, 'run')}` : all);
    byId('runs').setAttribute('aria-busy', String(!isRead && state !== 'refused'));
    this.#older.hidden = !hasOlder;
    setText(this.#older, `Older runs (${runs.length.toLocaleString('en')} are here)`);
    this.#empty.draw(this.#emptiness(shown.length), { problem, hasOlder });
  }

  #emptiness(shown: number): Emptiness | undefined {
    const { state, isRead } = this.#list;
    if (state === 'refused') return 'refused';
    if (shown > 0 || !isRead) return undefined;
    return this.#filter.text !== '' || isNarrowed(this.#filter) ? 'unmatched' : 'none';
  }

  #loadOlder(): void {
    this.#older.disabled = true;
    setText(this.#olderProblem, '');
    this.#list
      .loadOlder()
      .catch((error: unknown) => setText(this.#olderProblem, problemOf(error)))
      .finally(() => (this.#older.disabled = false));
  }
}
