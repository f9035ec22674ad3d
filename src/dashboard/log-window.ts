import type { Notice, RunEvent } from '../client/index.ts';
import { element } from './element.ts';
import type { LogEntry } from './log-entries.ts';
import { LogRow } from './log-row.ts';

/** Pixels of a row; the style sheet has the same number. */
const ROW = 26;
/** Rows beyond what is visible, so that there is something to scroll to. */
const MARGIN = 8;
const AT_END = 2 * ROW;
/** Rows from the first within which older ones are asked for. */
const NEAR_TOP = 40;

export interface LogWindowObserver {
  readonly needsOlder: () => void;
  readonly moved: () => void;
  readonly chosen: (at: number) => void;
}

/** The part of a long list that is visible; its rows are used again for other entries. */
export class LogWindow {
  readonly #space = element('div', { class: 'space' });
  readonly element = element(
    'div',
    { class: 'log', tabindex: 0, role: 'listbox', 'aria-label': 'Events' },
    this.#space,
  );
  readonly #rows: LogRow[] = [];
  #shown: readonly LogEntry[] = [];
  #active: RunEvent | Notice | undefined;
  #activeAt = -1;
  /** Whether it stays at its end while entries come. */
  isFollowing = true;

  constructor({ needsOlder, moved, chosen }: LogWindowObserver) {
    this.element.addEventListener('scroll', () => {
      const { scrollTop, scrollHeight, clientHeight } = this.element;
      this.isFollowing = scrollHeight - scrollTop - clientHeight < AT_END;
      moved();
      this.#drawRows();
      if (!this.isFollowing && scrollTop < NEAR_TOP * ROW) needsOlder();
    });
    this.element.addEventListener('click', ({ target }) => {
      const row = (target as Element).closest<HTMLElement>('.event');
      if (row) chosen(Number(row.dataset.at));
    });
  }

  get rowsPerPage(): number {
    return Math.max(2, Math.floor(this.element.clientHeight / ROW));
  }

  draw(
    shown: readonly LogEntry[],
    { active, activeAt }: { readonly active: RunEvent | Notice | undefined; readonly activeAt: number },
  ): void {
    this.#shown = shown;
    this.#active = active;
    this.#activeAt = activeAt;
    this.#space.style.setProperty('height', `${shown.length * ROW}px`);
    this.element.style.setProperty('--rows', String(shown.length));
    if (this.isFollowing) this.element.scrollTop = this.element.scrollHeight;
    this.#drawRows();
  }

  /** Keeps in view what was there when entries come or go before it. */
  shift(rows: number): void {
    if (!this.isFollowing) this.element.scrollTop += rows * ROW;
  }

  /** Scrolls as little as is needed to see one entry. */
  reveal(at: number): void {
    const { scrollTop, clientHeight } = this.element;
    this.isFollowing = at === this.#shown.length - 1;
    if (at * ROW < scrollTop) this.element.scrollTop = at * ROW;
    if ((at + 1) * ROW > scrollTop + clientHeight) this.element.scrollTop = (at + 1) * ROW - clientHeight;
  }

  #drawRows(): void {
    const shown = this.#shown;
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW) - MARGIN);
    const visible = Math.ceil(this.element.clientHeight / ROW) + 2 * MARGIN;
    const last = Math.min(shown.length, first + visible);
    for (let at = first; at < last; at++) {
      const row = this.#rowAt(at - first);
      const { item } = shown[at]!;
      row.draw(item, { at, count: shown.length, isActive: item === this.#active });
      row.element.hidden = false;
    }
    for (const row of this.#rows.slice(Math.max(0, last - first))) row.element.hidden = true;
    const isActiveDrawn = this.#activeAt >= first && this.#activeAt < last;
    if (isActiveDrawn) this.element.setAttribute('aria-activedescendant', `event-${this.#activeAt}`);
    else this.element.removeAttribute('aria-activedescendant');
  }

  #rowAt(at: number): LogRow {
    const known = this.#rows[at];
    if (known) return known;
    const row = new LogRow();
    this.#rows.push(row);
    this.#space.append(row.element);
    return row;
  }
}
