import { isNotice, type Notice } from '../event/notice.ts';
import type { RunEvent } from '../event/run-event.ts';
import { element, setText } from './element.ts';

/** Rows on the page; the events before them are counted. */
const MOST_ROWS = 300;
const LONGEST_BRIEF = 160;
/** Pixels from the end within which a reader counts as being at the end. */
const AT_END = 24;

type Item = RunEvent | Notice;

/** The events of a run, the newest at the end, each to be opened. Holds and shows the last 300. */
export class EventLog {
  readonly #earlier = element('p', { class: 'earlier', hidden: true });
  readonly #rows = element('div', { class: 'rows', role: 'list' });
  readonly #scroll = element(
    'div',
    { class: 'log', tabindex: 0, role: 'region', 'aria-label': 'Events' },
    this.#earlier,
    this.#rows,
  );
  readonly element = this.#scroll;
  #pending: Item[] = [];

  push(item: Item): void {
    this.#pending.push(item);
    // What would leave the page in the same frame is never drawn.
    if (this.#pending.length > 2 * MOST_ROWS) this.#pending.splice(0, MOST_ROWS);
  }

  /** Draws what was pushed. */
  draw(): void {
    if (this.#pending.length === 0) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < AT_END;
    const fresh = this.#pending;
    this.#pending = [];
    this.#rows.append(...fresh.slice(-MOST_ROWS).map(rowOf));
    for (let extra = this.#rows.childElementCount - MOST_ROWS; extra > 0; extra--) {
      this.#rows.firstElementChild!.remove();
    }
    const first = this.#rows.querySelector<HTMLElement>('[data-seq]');
    const earlier = Number(first?.dataset.seq ?? 1) - 1;
    this.#earlier.hidden = earlier === 0;
    setText(this.#earlier, `${earlier.toLocaleString('en')} earlier events`);
    if (isAtEnd) this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }
}

function rowOf(item: Item): HTMLElement {
  if (isNotice(item)) return noticeRow(item);
  const { seq, type, time, data, final } = item;
  const summary = element(
    'summary',
    {},
    element('span', { class: 'seq' }, String(seq)),
    element('span', { class: 'type' }, type),
    element('span', { class: 'brief' }, briefOf(item)),
    element('time', { datetime: time, title: time }, clockTime(time)),
  );
  const row = element(
    'details',
    { class: 'event', role: 'listitem', 'data-seq': seq, 'data-family': familyOf(item) },
    summary,
  );
  if (final) row.dataset.final = '';
  // Most are never opened, and a page of them would be large.
  row.addEventListener(
    'toggle',
    () => row.append(element('pre', {}, JSON.stringify({ ...item, data }, undefined, 2))),
    { once: true },
  );
  return row;
}

function noticeRow(notice: Notice): HTMLElement {
  const text =
    notice.notice === 'gap'
      ? `Events ${notice.from} to ${notice.to} are no longer kept.`
      : `The server says: ${notice.notice}.`;
  return element('p', { class: 'notice', role: 'listitem' }, text);
}

function briefOf({ type, data }: RunEvent): string {
  const text =
    type === 'token' ? JSON.stringify((data as { content: string }).content) : JSON.stringify(data);
  return text === '{}' ? '' : text.slice(0, LONGEST_BRIEF);
}

function familyOf({ type, final, data }: RunEvent): string {
  if (type === 'error') return (data as { recoverable?: boolean }).recoverable ? 'warning' : 'failure';
  if (type.endsWith('.failed')) return 'failure';
  if (type === 'complete') return 'success';
  if (type === 'token') return 'text';
  return final ? 'end' : 'plain';
}

/** The time of day here, to the millisecond. */
function clockTime(time: string): string {
  const at = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${ms}`;
}
