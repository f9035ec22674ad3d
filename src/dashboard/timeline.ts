import type { RunState } from '../client/index.ts';
import { element, setText } from './element.ts';
import { timelineOf, type TimelineRow } from './timeline-rows.ts';
import { counted, lengthOf } from './words.ts';

/** Rows at first, and with each press of the button; the ones before are counted. */
const STEP = 200;
const AT_END = 24;

interface Drawn {
  readonly item: HTMLElement;
  readonly detail: HTMLElement;
  readonly length: HTMLElement;
  readonly body: HTMLElement;
  readonly opened: HTMLDetailsElement;
  shown: TimelineRow | undefined;
}

/** What a run does: nodes with what is inside of them, tools, models, steps, and what it tells in words of its own. */
export class Timeline {
  readonly #earlier = element('button', { class: 'earlier', type: 'button', hidden: true });
  readonly #list = element('ol', { class: 'rows' });
  readonly element = element(
    'div',
    { class: 'timeline', tabindex: 0, role: 'region', 'aria-label': 'Timeline' },
    this.#earlier,
    this.#list,
  );
  readonly #rows = new Map<string, Drawn>();
  #all: readonly TimelineRow[] = [];
  #most = STEP;
  #state: RunState | undefined;

  constructor() {
    this.#earlier.addEventListener('click', () => {
      this.#most += STEP;
      this.#drawRows();
    });
  }

  /** How many rows there are; those that are not on the page included. */
  get size(): number {
    return this.#all.length;
  }

  draw(state: RunState, now: number): void {
    const before = this.#state;
    const hasChanged = LISTS.some(list => before?.[list] !== state[list]);
    this.#state = state;
    if (hasChanged) this.#all = timelineOf(state);
    const begin = Date.parse(state.startedAt ?? this.#all[0]?.startedAt ?? '');
    const end = state.endedAt === undefined ? now : Date.parse(state.endedAt);
    this.element.style.setProperty('--total', String(Math.max(end - begin, 1)));
    if (hasChanged) this.#drawRows(begin);
  }

  #drawRows(begin = Date.parse(this.#state?.startedAt ?? '')): void {
    const box = this.element;
    const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < AT_END;
    const rows = this.#all.slice(-this.#most);
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, { item }] of this.#rows) {
      if (keys.has(key)) continue;
      item.remove();
      this.#rows.delete(key);
    }
    let place = this.#list.firstElementChild;
    for (const row of rows) {
      const { item } = this.#drawOne(row, begin);
      if (place === item) place = place.nextElementSibling;
      else this.#list.insertBefore(item, place);
    }
    const earlier = this.#all.length - rows.length;
    this.#earlier.hidden = earlier === 0;
    setText(this.#earlier, `Show earlier (${counted(earlier, 'entry', 'entries')})`);
    if (isAtEnd) box.scrollTop = box.scrollHeight;
  }

  #drawOne(row: TimelineRow, begin: number): Drawn {
    const drawn = this.#rows.get(row.key) ?? made(row);
    this.#rows.set(row.key, drawn);
    const { shown } = drawn;
    if (shown?.source === row.source && shown.depth === row.depth && shown.detail === row.detail)
      return drawn;
    drawn.shown = row;
    const { item } = drawn;
    item.dataset.state = row.state;
    item.dataset.timed = row.durationMs !== undefined || row.state === 'running' ? 'span' : 'point';
    item.style.setProperty('--depth', String(row.depth));
    item.style.setProperty('--at', String(Math.max(Date.parse(row.startedAt) - begin, 0) || 0));
    item.style.setProperty('--for', String(row.durationMs ?? 0));
    setText(drawn.detail, row.detail);
    setText(drawn.length, row.durationMs === undefined ? '' : lengthOf(row.durationMs));
    if (drawn.opened.open) setText(drawn.body, bodyOf(row));
    return drawn;
  }
}

const LISTS = ['nodes', 'tools', 'models', 'steps', 'turns', 'customs', 'decisions'] as const;

function made({ kind, name }: TimelineRow): Drawn {
  const detail = element('span', { class: 'detail' });
  const length = element('span', { class: 'length' });
  const body = element('pre');
  const opened = element(
    'details',
    {},
    element(
      'summary',
      {},
      element('span', { class: 'tick', 'aria-hidden': 'true' }),
      element('span', { class: 'name', title: `${kind} ${name}` }, name),
      detail,
      length,
      element('span', { class: 'lane', 'aria-hidden': 'true' }, element('span', { class: 'span' })),
    ),
    body,
  );
  const drawn: Drawn = {
    ...{ item: element('li', { 'data-kind': kind }, opened), detail, length, body, opened },
    shown: undefined,
  };
  // Most are never opened, and what went in and came out can be large.
  opened.addEventListener('toggle', () => {
    if (opened.open && drawn.shown) setText(body, bodyOf(drawn.shown));
  });
  return drawn;
}

function bodyOf({ source }: TimelineRow): string {
  return JSON.stringify(source, undefined, 2).slice(0, 100_000);
}
