import { element, setText } from './element.ts';
import type { TimelineRow } from './timeline-row.ts';
import { lengthOf } from './words.ts';

const LONGEST = 100_000;
const KINDS: Partial<Record<TimelineRow['kind'], string>> = { tool: 'tool', model: 'model', step: 'step' };

/** One line of the timeline on the page: what it is, its bar, and all of it when it is opened. */
export class TimelineLine {
  readonly element: HTMLElement;
  readonly #name: HTMLElement;
  readonly #marks = element('span', { class: 'marks' });
  readonly #detail = element('span', { class: 'detail' });
  readonly #verdict = element('span', { class: 'verdict' });
  readonly #length = element('span', { class: 'length' });
  readonly #body: HTMLElement | undefined;
  #opened: HTMLDetailsElement | undefined;
  #shown: TimelineRow | undefined;
  #begin = 0;

  constructor(row: TimelineRow) {
    const { kind, name, runId } = row;
    this.#name = nameOf(row);
    const kindWord = KINDS[kind];
    const parts = [
      element(
        'span',
        { class: 'label' },
        element('span', { class: 'tick', 'aria-hidden': 'true' }),
        this.#name,
        ...(kindWord === undefined ? [] : [element('span', { class: 'kind' }, kindWord)]),
        ...[this.#marks, this.#verdict, this.#detail],
      ),
      element('span', { class: 'lane', 'aria-hidden': 'true' }, element('span', { class: 'span' })),
      this.#length,
    ];
    const attributes = { class: 'line-head', title: `${kind} ${name}`, tabindex: -1 };
    if (runId !== undefined) {
      const link = element('a', { ...attributes, href: `#run=${encodeURIComponent(runId)}` }, ...parts);
      this.element = element('li', { 'data-kind': kind }, link);
      return;
    }
    const body = element('pre');
    const opened = element('details', {}, element('summary', attributes, ...parts), body);
    this.element = element('li', { 'data-kind': kind }, opened);
    this.#body = body;
    this.#opened = opened;
    // Most are never opened, and what went in and came out can be large.
    opened.addEventListener('toggle', () => this.#drawBody());
  }

  /** `begin`: when the run did; milliseconds since the epoch. */
  draw(row: TimelineRow, begin: number): void {
    const before = this.#shown;
    const isSame =
      before?.source === row.source && before.depth === row.depth && before.verdict === row.verdict;
    if (isSame && this.#begin === begin) return;
    this.#shown = row;
    this.#begin = begin;
    const { dataset, style } = this.element;
    dataset.state = row.state;
    dataset.timed = row.durationMs !== undefined || row.state === 'running' ? 'span' : 'point';
    style.setProperty('--depth', String(Math.min(row.depth, 8)));
    style.setProperty('--at', String(Math.max(Date.parse(row.startedAt) - begin, 0) || 0));
    style.setProperty('--for', String(row.durationMs ?? 0));
    setText(this.#name, row.name);
    if (before?.marks.join() !== row.marks.join()) {
      this.#marks.replaceChildren(...row.marks.map(mark => element('span', { class: 'mark' }, mark)));
    }
    setText(this.#verdict, row.verdict);
    setText(this.#detail, row.detail);
    setText(this.#length, row.durationMs === undefined ? '' : lengthOf(row.durationMs));
    this.#drawBody();
  }

  #drawBody(): void {
    if (!this.#body || !this.#opened?.open || !this.#shown) return;
    const { source, verdict } = this.#shown;
    const text = JSON.stringify(source, undefined, 2).slice(0, LONGEST);
    setText(this.#body, verdict === '' ? text : `${verdict}\n\n${text}`);
  }
}

/** Pipelines and waves are what the others stand under. */
function nameOf({ kind, name }: TimelineRow): HTMLElement {
  if (kind === 'pipeline') return element('h3', { class: 'name' }, name);
  return element(kind === 'wave' ? 'h4' : 'span', { class: 'name' }, name);
}
