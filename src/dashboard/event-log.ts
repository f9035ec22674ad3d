import type { Notice, RunEvent } from '../client/index.ts';
import { copyButton } from './copy-button.ts';
import { element, setText } from './element.ts';
import { curlOf, EventInspector } from './event-inspector.ts';
import { LogEntries } from './log-entries.ts';
import { LogRow } from './log-row.ts';
import { fetchJson, problemOf } from './server.ts';
import { counted } from './words.ts';

/** Pixels of a row; the style sheet has the same number. */
const ROW = 26;
/** Rows beyond what is visible, so that there is something to scroll to. */
const MARGIN = 8;
const AT_END = 2 * ROW;
const PAGE = 1_000;

/** The events of a run, the newest at the end; only those that are visible are on the page. */
export class EventLog {
  readonly #entries = new LogEntries();
  readonly #inspector: EventInspector;
  readonly #filter = element('input', {
    ...{ type: 'search', placeholder: 'Filter by type or text', 'aria-label': 'Filter events' },
    ...{ autocomplete: 'off', spellcheck: 'false' },
  });
  readonly #count = element('span', { class: 'quiet', role: 'status' });
  readonly #older = element('button', { class: 'small', type: 'button', hidden: true }, 'Load older');
  readonly #newest = element('button', { class: 'small', type: 'button', hidden: true }, 'Newest ↓');
  readonly #space = element('div', { class: 'space' });
  readonly #box = element(
    'div',
    { class: 'log', tabindex: 0, role: 'listbox', 'aria-label': 'Events' },
    this.#space,
  );
  readonly element: HTMLElement;
  readonly #rows: LogRow[] = [];
  readonly #runId: string;
  #active: RunEvent | Notice | undefined;
  #activeAt = -1;
  #isFollowing = true;
  #isDrawn = false;
  /** Whether the server may still keep events before the first one here. */
  #hasOlder = true;

  constructor(runId: string) {
    this.#runId = runId;
    this.#inspector = new EventInspector(runId);
    this.element = element(
      'div',
      { class: 'event-log' },
      element(
        'div',
        { class: 'row tools' },
        ...[this.#filter, this.#count, this.#older, this.#newest],
        copyButton('Copy curl', () => curlOf(runId)),
      ),
      element('div', { class: 'log-and-event' }, this.#box, this.#inspector.element),
    );
    this.#filter.addEventListener('input', () => this.#find());
    this.#older.addEventListener('click', () => void this.#loadOlder());
    this.#newest.addEventListener('click', () => this.#follow());
    this.#box.addEventListener('scroll', () => this.#scrolled());
    this.#box.addEventListener('click', event => this.#clicked(event));
    this.#box.addEventListener('keydown', event => this.#pressed(event));
  }

  push(item: RunEvent | Notice): void {
    const dropped = this.#entries.push(item);
    this.#isDrawn = false;
    if (dropped === 0) return;
    this.#activeAt -= dropped;
    if (!this.#isFollowing) this.#box.scrollTop -= dropped * ROW;
  }

  /** Draws what has changed since it was last drawn. */
  draw(): void {
    if (this.#isDrawn) return;
    this.#isDrawn = true;
    const { shown, count, firstSeq } = this.#entries;
    this.#space.style.setProperty('height', `${shown.length * ROW}px`);
    this.#box.style.setProperty('--rows', String(shown.length));
    if (this.#isFollowing) this.#box.scrollTop = this.#box.scrollHeight;
    const isFiltered = this.#filter.value.trim() !== '';
    setText(
      this.#count,
      isFiltered ? `${shown.length.toLocaleString('en')} of ${counted(count, 'event')}` : '',
    );
    this.#older.hidden = firstSeq <= 1 || !this.#hasOlder;
    this.#newest.hidden = this.#isFollowing;
    this.#drawRows();
  }

  #drawRows(): void {
    const { shown } = this.#entries;
    const first = Math.max(0, Math.floor(this.#box.scrollTop / ROW) - MARGIN);
    const visible = Math.ceil(this.#box.clientHeight / ROW) + 2 * MARGIN;
    const last = Math.min(shown.length, first + visible);
    for (let at = first; at < last; at++) {
      const row = this.#rowAt(at - first);
      const { item } = shown[at]!;
      row.draw(item, { at, count: shown.length, isActive: item === this.#active });
      row.element.hidden = false;
    }
    for (const row of this.#rows.slice(Math.max(0, last - first))) row.element.hidden = true;
    const isActiveDrawn = this.#activeAt >= first && this.#activeAt < last;
    if (isActiveDrawn) this.#box.setAttribute('aria-activedescendant', `event-${this.#activeAt}`);
    else this.#box.removeAttribute('aria-activedescendant');
  }

  #rowAt(at: number): LogRow {
    const known = this.#rows[at];
    if (known) return known;
    const row = new LogRow();
    this.#rows.push(row);
    this.#space.append(row.element);
    return row;
  }

  #find(): void {
    this.#entries.filter(this.#filter.value);
    this.#activeAt = this.#entries.shown.findIndex(({ item }) => item === this.#active);
    this.#follow();
  }

  #follow(): void {
    this.#isFollowing = true;
    this.#drawNow();
  }

  #drawNow(): void {
    this.#isDrawn = false;
    this.draw();
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    this.#isFollowing = scrollHeight - scrollTop - clientHeight < AT_END;
    this.#newest.hidden = this.#isFollowing;
    this.#drawRows();
  }

  #clicked({ target }: MouseEvent): void {
    const row = (target as Element).closest<HTMLElement>('.event');
    if (row) this.#choose(Number(row.dataset.at));
  }

  #pressed(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.#box.clientHeight / ROW) - 1);
    const last = this.#entries.shown.length - 1;
    const from = this.#activeAt < 0 ? last + 1 : this.#activeAt;
    const goals: Readonly<Record<string, number>> = {
      ...{ ArrowUp: from - 1, ArrowDown: from + 1, PageUp: from - page, PageDown: from + page },
      ...{ Home: 0, End: last },
    };
    const goal = goals[event.key];
    if (goal === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#choose(Math.min(Math.max(goal, 0), last));
  }

  #choose(at: number): void {
    const entry = this.#entries.shown[at];
    if (!entry) return;
    this.#active = entry.item;
    this.#activeAt = at;
    this.#inspector.show(entry.item);
    this.element.classList.add('has-event');
    const { scrollTop, clientHeight } = this.#box;
    if (at * ROW < scrollTop) this.#box.scrollTop = at * ROW;
    if ((at + 1) * ROW > scrollTop + clientHeight) this.#box.scrollTop = (at + 1) * ROW - clientHeight;
    this.#drawRows();
  }

  async #loadOlder(): Promise<void> {
    const { firstSeq } = this.#entries;
    const after = firstSeq - PAGE - 1;
    const query = `after=${after > 0 ? after : 'start'}&limit=${Math.min(PAGE, firstSeq - 1)}`;
    this.#older.disabled = true;
    try {
      const { items } = await fetchJson<{ items: readonly (RunEvent | Notice)[] }>(
        `runs/${encodeURIComponent(this.#runId)}/events?${query}`,
      );
      const older = items.filter(item => !('seq' in item) || item.seq < firstSeq);
      this.#hasOlder = older.some(item => 'seq' in item);
      this.#entries.prepend(older);
      if (this.#activeAt >= 0) this.#activeAt += older.length;
      this.#isFollowing = false;
      this.#drawNow();
      this.#box.scrollTop += older.length * ROW;
    } catch (error) {
      setText(this.#count, problemOf(error));
    } finally {
      this.#older.disabled = false;
    }
  }
}
