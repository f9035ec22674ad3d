import { isNotice, type Notice, type RunEvent } from '../client/index.ts';
import { element, setText } from './element.ts';
import { clockTime } from './words.ts';

const LONGEST_BRIEF = 240;

/** One line on the page; it is used again for other items while somebody scrolls. */
export class LogRow {
  readonly #seq = element('span', { class: 'seq' });
  readonly #type = element('span', { class: 'type' });
  readonly #brief = element('span', { class: 'brief' });
  readonly #time = element('time');
  readonly element = element(
    'div',
    { class: 'event', role: 'option' },
    this.#seq,
    this.#type,
    this.#brief,
    this.#time,
  );
  #item: RunEvent | Notice | undefined;

  /** `at`: which of `count` entries it is. */
  draw(
    item: RunEvent | Notice,
    { at, count, isActive }: { at: number; count: number; isActive: boolean },
  ): void {
    const row = this.element;
    row.dataset.at = String(at);
    row.id = `event-${at}`;
    row.style.setProperty('--row', String(at));
    row.setAttribute('aria-posinset', String(at + 1));
    row.setAttribute('aria-setsize', String(count));
    row.setAttribute('aria-selected', String(isActive));
    if (this.#item === item) return;
    this.#item = item;
    row.dataset.family = familyOf(item);
    setText(this.#seq, isNotice(item) ? '' : String(item.seq));
    setText(this.#type, isNotice(item) ? item.notice : item.type);
    setText(this.#brief, isNotice(item) ? noticeText(item) : briefOf(item));
    setText(this.#time, isNotice(item) ? '' : clockTime(item.time));
  }
}

/** What a notice says, for people. */
export function noticeText(notice: Notice): string {
  switch (notice.notice) {
    case 'gap':
      return notice.reason === 'trimmed'
        ? `Events ${notice.from} to ${notice.to} are no longer kept.`
        : `Events ${notice.from} to ${notice.to} were dropped, since this page was too slow.`;
    case 'reset':
      return notice.reason === 'gone'
        ? 'The run is gone.'
        : `This is another life of the run (${notice.reason}); it is shown from its start.`;
    case 'degraded':
      return `The server waits for its storage since ${clockTime(notice.since)}.`;
  }
}

function briefOf({ type, data }: RunEvent): string {
  const text =
    type === 'token'
      ? JSON.stringify((data as { content: string }).content.slice(0, LONGEST_BRIEF))
      : JSON.stringify(data).slice(0, LONGEST_BRIEF);
  return text === '{}' ? '' : text;
}

function familyOf(item: RunEvent | Notice): string {
  if (isNotice(item)) return 'notice';
  const { type, data } = item;
  if (type === 'error') return (data as { recoverable?: boolean }).recoverable ? 'warning' : 'failure';
  if (type.endsWith('.failed')) return 'failure';
  if (type === 'complete') return 'success';
  if (type === 'token') return 'text';
  return type.startsWith('custom:') ? 'custom' : 'plain';
}
