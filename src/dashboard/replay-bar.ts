import { element, setText } from './element.ts';
import { lengthOf } from './words.ts';

const SPEEDS = [1, 2, 10] as const;

export interface ReplayBarObserver {
  readonly toggled: () => void;
  readonly stepped: () => void;
  readonly restarted: () => void;
  /** To where so many events were played. */
  readonly moved: (count: number) => void;
  readonly paced: (speed: number) => void;
  readonly left: () => void;
}

/** What the controls of a replay show. Times are milliseconds. */
export interface ReplayBarState {
  readonly count: number;
  readonly length: number;
  readonly at: number;
  readonly duration: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  /** What else there is to say. */
  readonly note: string;
}

/** The controls of a replay; it says that it is one for as long as it is there. */
export class ReplayBar {
  readonly #play = element('button', { class: 'primary', type: 'button' });
  readonly #step = element('button', { type: 'button' }, 'Step');
  readonly #restart = element('button', { type: 'button' }, 'Restart');
  readonly #speeds = SPEEDS.map(speed =>
    element('button', { type: 'button', 'aria-pressed': 'false' }, `${speed}×`),
  );
  readonly #slider = element('input', { type: 'range', min: 0, value: 0, 'aria-label': 'Position' });
  readonly #place = element('span', { class: 'place' });
  readonly #note = element('span', { class: 'note', role: 'status' });
  readonly element: HTMLElement;

  constructor(observer: ReplayBarObserver) {
    const leave = element('button', { class: 'leave', type: 'button' }, 'Leave replay');
    this.element = element(
      'section',
      { class: 'replay-bar', 'aria-label': 'Replay' },
      element(
        'p',
        { class: 'replay-says' },
        element('strong', {}, 'Replay'),
        element('span', {}, ' of what was stored. Nothing here is live.'),
        this.#note,
        leave,
      ),
      element(
        'div',
        { class: 'replay-controls' },
        ...[this.#play, this.#step, this.#restart],
        element('span', { class: 'speeds', role: 'group', 'aria-label': 'Speed' }, ...this.#speeds),
        ...[this.#slider, this.#place],
      ),
    );
    this.#play.addEventListener('click', observer.toggled);
    this.#step.addEventListener('click', observer.stepped);
    this.#restart.addEventListener('click', observer.restarted);
    leave.addEventListener('click', observer.left);
    this.#slider.addEventListener('input', () => observer.moved(Number(this.#slider.value)));
    for (const [at, button] of this.#speeds.entries()) {
      button.addEventListener('click', () => observer.paced(SPEEDS[at]!));
    }
    this.element.addEventListener('keydown', event => {
      if (event.key === 'Escape') observer.left();
      if (event.key !== ' ' || event.target !== this.#slider) return;
      event.preventDefault();
      observer.toggled();
    });
  }

  draw({ count, length, at, duration, isPlaying, speed, note }: ReplayBarState): void {
    setText(this.#play, isPlaying ? 'Pause' : 'Play');
    this.#step.disabled = count >= length;
    for (const [index, button] of this.#speeds.entries()) {
      button.setAttribute('aria-pressed', String(SPEEDS[index] === speed));
    }
    const place = `${count.toLocaleString('en')} of ${length.toLocaleString('en')}`;
    this.#slider.max = String(length);
    this.#slider.value = String(count);
    this.#slider.setAttribute('aria-valuetext', `event ${place}`);
    setText(this.#place, `${place} · ${lengthOf(at)} of ${lengthOf(duration)}`);
    setText(this.#note, note);
  }

  focus(): void {
    this.#play.focus();
  }
}
