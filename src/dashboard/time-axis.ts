import { element } from './element.ts';
import { lengthOf } from './words.ts';

/** Marks of the axis, at the most; milliseconds between two of them are one of these. */
const MOST = 6;
const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1.5e4, 3e4, 6e4, 1.2e5, 3e5, 6e5, 1.8e6,
];
const HOUR = 3_600_000;

/** Milliseconds between two marks of an axis that is this long. */
export function axisStep(total: number): number {
  const least = total / MOST;
  return STEPS.find(step => step >= least) ?? Math.ceil(least / HOUR) * HOUR;
}

/** The times above the bars, from the start of the run. Decoration: each line says its own length. */
export class TimeAxis {
  readonly #lane = element('span', { class: 'lane-times' });
  readonly element = element('div', { class: 'axis', 'aria-hidden': 'true' }, this.#lane);
  #step = 0;
  #count = 0;

  /** `total`: milliseconds from its one end to the other. */
  draw(total: number): void {
    const step = axisStep(total);
    // The last mark would stand beyond the end.
    const count = Math.floor((total / step) * 0.96) + 1;
    if (step === this.#step && count === this.#count) return;
    this.#step = step;
    this.#count = count;
    this.#lane.parentElement?.parentElement?.style.setProperty('--step', String(step));
    this.#lane.replaceChildren(
      ...Array.from({ length: count }, (_, at) => {
        const mark = element('span', {}, at === 0 ? '0' : lengthOf(at * step).replace(/\.0 /, ' '));
        mark.style.setProperty('--at', String(at * step));
        return mark;
      }),
    );
  }
}
