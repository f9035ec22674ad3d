import type { RunView } from '../http/run-view.ts';
import { hashOf } from './address.ts';
import { element, setText } from './element.ts';
import type { RunFilter } from './run-filter.ts';
import { nameOf } from './run-name.ts';
import { lengthOf, shortId, STATUS_WORDS, timeAndDay } from './words.ts';

interface Row {
  readonly item: HTMLElement;
  readonly link: HTMLAnchorElement;
  readonly name: HTMLElement;
  readonly status: HTMLElement;
  readonly length: HTMLElement;
}

/** What rows show besides their runs. */
interface RowsLook {
  readonly selected: string | undefined;
  readonly filter: RunFilter;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The list of runs on the page. Rows are kept, so that focus stays where it is while runs change. */
export class RunRows {
  readonly #list: HTMLElement;
  readonly #rows = new Map<string, Row>();

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  draw(runs: readonly RunView[], { selected, filter, now }: RowsLook): void {
    const known = new Set(runs.map(({ runId }) => runId));
    for (const [runId, { item }] of this.#rows) {
      if (known.has(runId)) continue;
      item.remove();
      this.#rows.delete(runId);
    }
    let place = this.#list.firstElementChild;
    for (const run of runs) {
      const row = this.#rowOf(run, now);
      if (place === row.item) place = place.nextElementSibling;
      else this.#list.insertBefore(row.item, place);
      row.item.dataset.status = run.status;
      // The filter is in the link too, so that a tab of its own, or a reload at once, has the same list.
      const href = hashOf({ runId: run.runId, filter });
      if (row.link.getAttribute('href') !== href) row.link.setAttribute('href', href);
      setText(row.name, nameOf(run));
      setText(row.status, STATUS_WORDS[run.status]);
      const until = run.endedAt === undefined ? now : Date.parse(run.endedAt);
      setText(row.length, lengthOf(until - Date.parse(run.startedAt ?? run.createdAt)));
      if (run.runId === selected) row.link.setAttribute('aria-current', 'true');
      else row.link.removeAttribute('aria-current');
    }
  }

  #rowOf(run: RunView, now: number): Row {
    const { runId, createdAt } = run;
    const known = this.#rows.get(runId);
    if (known) return known;
    const name = element('span', { class: 'name' });
    const status = element('span', { class: 'state' });
    const length = element('span', { class: 'length' });
    const link = element(
      'a',
      { title: runId },
      element('span', { class: 'dot', 'aria-hidden': 'true' }),
      name,
      status,
      element(
        'span',
        { class: 'what' },
        element('time', { datetime: createdAt }, timeAndDay(createdAt, now)),
        element('code', {}, shortId(runId)),
        ...labelChips(run),
      ),
      length,
    );
    const row = { item: element('li', {}, link), link, name, status, length };
    this.#rows.set(runId, row);
    return row;
  }
}

/** The labels of a run, each as one small mark; without the one that names it already. */
export function labelChips(run: Pick<RunView, 'agent' | 'labels'>): HTMLElement[] {
  const others = Object.entries(run.labels ?? {}).filter(([, value]) => value !== nameOf(run));
  return others.map(([label, value]) =>
    element('span', { class: 'chip', title: `${label}=${value}` }, `${label}=${value}`),
  );
}
