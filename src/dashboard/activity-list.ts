import { element, setText } from './element.ts';
import type { Activity, RunState } from './run-state.ts';
import { lengthOf } from './words.ts';

interface Row {
  readonly item: HTMLElement;
  readonly length: HTMLElement;
  readonly detail: HTMLElement;
  shown: Activity | undefined;
}

/** What a run does, the newest at the end: tools, steps, nodes, calls of models. */
export class ActivityList {
  readonly #earlier = element('li', { class: 'earlier', hidden: true });
  readonly element = element(
    'ol',
    { class: 'activities', tabindex: 0, 'aria-label': 'Steps and tools' },
    this.#earlier,
  );
  readonly #rows = new Map<string, Row>();

  draw({ activities, activityCount }: RunState): void {
    const isAtEnd = this.element.scrollHeight - this.element.scrollTop - this.element.clientHeight < 24;
    for (const [key, { item }] of this.#rows) {
      if (activities.has(key)) continue;
      item.remove();
      this.#rows.delete(key);
    }
    for (const activity of activities.values()) this.#drawOne(activity);
    const earlier = activityCount - activities.size;
    this.#earlier.hidden = earlier <= 0;
    setText(this.#earlier, `${earlier.toLocaleString('en')} earlier`);
    if (isAtEnd) this.element.scrollTop = this.element.scrollHeight;
  }

  #drawOne(activity: Activity): void {
    const row = this.#rowOf(activity);
    if (row.shown === activity) return;
    row.shown = activity;
    row.item.dataset.state = activity.state;
    setText(row.detail, activity.detail);
    setText(row.length, activity.durationMs ? lengthOf(activity.durationMs) : '');
  }

  #rowOf({ key, kind, name }: Activity): Row {
    const known = this.#rows.get(key);
    if (known) return known;
    const detail = element('span', { class: 'detail' });
    const length = element('span', { class: 'length' });
    const item = element(
      'li',
      { 'data-kind': kind },
      element('span', { class: 'tick', 'aria-hidden': 'true' }),
      element('span', { class: 'name' }, name),
      detail,
      length,
    );
    const row: Row = { item, length, detail, shown: undefined };
    this.#rows.set(key, row);
    this.element.append(item);
    return row;
  }
}
