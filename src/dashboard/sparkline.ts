import { element, setText } from './element.ts';
import { svg } from './svg.ts';

const WIDTH = 120;
const HEIGHT = 28;

/** What a small chart is about. */
export interface Measure {
  readonly name: string;
  /** What exactly is measured, and where. */
  readonly meaning: string;
  /** A value in words: `12/s`. */
  readonly say: (value: number) => string;
}

/** A small chart of the last minute: a name, the newest value in words, and a line that begins at zero. */
export class Sparkline {
  readonly element: HTMLElement;
  readonly #measure: Measure;
  readonly #value = element('output', {}, '–');
  readonly #line = svg('path', { class: 'spark-line' });
  readonly #area = svg('path', { class: 'spark-area' });
  readonly #drawing = svg(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' },
    this.#area,
    this.#line,
  );

  constructor(measure: Measure) {
    this.#measure = measure;
    this.element = element(
      'div',
      { class: 'spark', title: measure.meaning },
      element('div', { class: 'spark-head' }, element('span', {}, measure.name), this.#value),
    );
    this.element.append(this.#drawing);
    this.draw([]);
  }

  /** Draws values, oldest first; `undefined` where there was nothing to measure. */
  draw(values: readonly (number | undefined)[]): void {
    const { name, say } = this.#measure;
    const known = values.filter(value => value !== undefined);
    const most = Math.max(...known, 0);
    const newest = values.at(-1);
    setText(this.#value, newest === undefined ? '–' : say(newest));
    const text =
      known.length === 0 ? `${name}: nothing measured yet` : `${name}, the last minute: up to ${say(most)}`;
    this.#drawing.setAttribute('aria-label', text);
    const line = pathOf(values, most);
    this.#line.setAttribute('d', line);
    this.#area.setAttribute('d', areaOf(values, most));
  }
}

/** A line through the values, broken where there is none. */
export function pathOf(values: readonly (number | undefined)[], most: number): string {
  return values
    .map((value, index) => {
      if (value === undefined) return '';
      const isFirst = values[index - 1] === undefined;
      return `${isFirst ? 'M' : 'L'}${pointOf(values, index, most)}`;
    })
    .join('');
}

/** The same, closed down to zero, piece by piece. */
function areaOf(values: readonly (number | undefined)[], most: number): string {
  const x = (index: number): string => pointOf(values, index, most).split(' ')[0]!;
  return values
    .map((value, index) => {
      if (value === undefined) return '';
      const begin = values[index - 1] === undefined ? `M${x(index)} ${HEIGHT}L` : 'L';
      const end = values[index + 1] === undefined ? `L${x(index)} ${HEIGHT}Z` : '';
      return `${begin}${pointOf(values, index, most)}${end}`;
    })
    .join('');
}

function pointOf(values: readonly (number | undefined)[], index: number, most: number): string {
  const x = values.length < 2 ? 0 : (index / (values.length - 1)) * WIDTH;
  // A line at the very edge would be cut in half.
  const y = HEIGHT - 1 - (most === 0 ? 0 : ((values[index] ?? 0) / most) * (HEIGHT - 3));
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
