import { element, setText } from './element.ts';
import type { ListedRun } from './run-list.ts';
import { shortId, STATUS_WORDS, timeOfDay } from './words.ts';

interface Row {
  readonly item: HTMLElement;
  readonly link: HTMLAnchorElement;
  readonly name: HTMLElement;
  readonly status: HTMLElement;
}

/** The list of runs on the page. Rows are kept, so that focus stays where it is while runs change. */
export class RunRows {
  readonly #list: HTMLElement;
  readonly #rows = new Map<string, Row>();

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  draw(runs: readonly ListedRun[], selected: string | undefined): void {
    const known = new Set(runs.map(({ runId }) => runId));
    for (const [runId, { item }] of this.#rows) {
      if (known.has(runId)) continue;
      item.remove();
      this.#rows.delete(runId);
    }
    for (const [index, run] of runs.entries()) {
      const row = this.#rowOf(run);
      const place = this.#list.children[index];
      if (place !== row.item) this.#list.insertBefore(row.item, place ?? null);
      row.item.dataset.status = run.status;
      setText(row.name, run.agent ?? 'external');
      setText(row.status, STATUS_WORDS[run.status]);
      if (run.runId === selected) row.link.setAttribute('aria-current', 'true');
      else row.link.removeAttribute('aria-current');
    }
  }

  #rowOf({ runId, createdAt }: ListedRun): Row {
    const known = this.#rows.get(runId);
    if (known) return known;
    const name = element('span', { class: 'name' });
    const status = element('span', { class: 'state' });
    const link = element(
      'a',
      { href: `#run=${runId}`, title: runId },
      element('span', { class: 'dot', 'aria-hidden': 'true' }),
      name,
      element('time', { datetime: createdAt }, timeOfDay(createdAt)),
      element('code', {}, shortId(runId)),
      status,
    );
    const row = { item: element('li', {}, link), link, name, status };
    this.#rows.set(runId, row);
    return row;
  }
}
