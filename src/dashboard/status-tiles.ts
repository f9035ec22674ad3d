import type { RunStatus } from '../event/run-event.ts';
import { element, setText } from './element.ts';
import { STATUS_WORDS } from './words.ts';

const ORDER: readonly RunStatus[] = ['running', 'waiting', 'accepted', 'completed', 'failed', 'cancelled'];

/** How many runs there are of each status; pressed ones are those that are listed. */
export class StatusTiles {
  readonly element = element('div', { class: 'tiles', role: 'group', 'aria-label': 'Status' });
  readonly #tiles = new Map<RunStatus, { readonly button: HTMLButtonElement; readonly count: HTMLElement }>();

  constructor(onPress: (status: RunStatus) => void) {
    for (const status of ORDER) {
      const count = element('span', { class: 'tile-count' }, '–');
      const button = element(
        'button',
        { type: 'button', class: 'tile', 'aria-pressed': 'false', 'data-status': status },
        count,
        element('span', { class: 'tile-word' }, TILE_WORDS[status] ?? STATUS_WORDS[status]),
      );
      button.addEventListener('click', () => onPress(status));
      this.#tiles.set(status, { button, count });
      this.element.append(button);
    }
  }

  /** `counts`: absent where nobody knows them. */
  draw(counts: Readonly<Record<RunStatus, number>> | undefined, pressed: readonly RunStatus[]): void {
    for (const [status, { button, count }] of this.#tiles) {
      setText(count, counts ? counts[status].toLocaleString('en') : '–');
      button.classList.toggle('none', counts?.[status] === 0);
      button.setAttribute('aria-pressed', String(pressed.includes(status)));
    }
  }
}

/** Shorter than what a run is called: they stand side by side. */
const TILE_WORDS: Partial<Record<RunStatus, string>> = { waiting: 'waiting' };
