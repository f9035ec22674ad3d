import { element } from './element.ts';
import { readingMeter } from './reading-meter.ts';
import { Sparkline, type Measure } from './sparkline.ts';
import { lengthOf } from './words.ts';

/** Seconds that a chart shows. */
const SPAN = 60;

const MEASURES = {
  live: {
    name: 'Alive',
    meaning: 'Runs that have not ended, of all there are.',
    say: String,
  },
  events: {
    name: 'Events',
    meaning: 'Events that arrive on this page for the run it shows, in each second.',
    say: value => `${value}/s`,
  },
  behind: {
    name: 'Behind',
    meaning:
      'The longest time in each second from an event to its arrival here. The clocks of the server and of this machine may differ by as much.',
    say: lengthOf,
  },
  missed: {
    name: 'Missed',
    meaning:
      'Events of the run that the server told this page it will not get, since they are no longer kept.',
    say: String,
  },
} satisfies Record<string, Measure>;

type Name = keyof typeof MEASURES;
const NAMES = Object.keys(MEASURES) as Name[];

/** Small charts of the last minute, of what the page itself sees. */
export class Charts {
  readonly element: HTMLElement;
  readonly #lines = Object.fromEntries(NAMES.map(name => [name, new Sparkline(MEASURES[name])])) as Record<
    Name,
    Sparkline
  >;
  readonly #values = Object.fromEntries(
    NAMES.map(name => [name, Array.from({ length: SPAN }, () => undefined)]),
  ) as unknown as Record<Name, (number | undefined)[]>;

  constructor() {
    const meanings = NAMES.flatMap(name => {
      const { name: title, meaning } = MEASURES[name];
      return [element('dt', {}, title), element('dd', {}, meaning)];
    });
    this.element = element(
      'section',
      { class: 'charts', 'aria-label': 'The last minute, as this page sees it' },
      element('div', { class: 'sparks' }, ...NAMES.map(name => this.#lines[name].element)),
      element(
        'details',
        {},
        element('summary', {}, 'The last minute, as this page sees it'),
        element('dl', { tabindex: 0 }, ...meanings),
      ),
    );
  }

  /** A second is over; `live`: runs that have not ended, if that is known. `isReading`: a run is shown. */
  turn({ live, isReading }: { readonly live: number | undefined; readonly isReading: boolean }): void {
    const { events, behind, missed } = readingMeter.turn();
    const now: Record<Name, number | undefined> = {
      live,
      behind,
      events: isReading ? events : undefined,
      missed: isReading ? missed : undefined,
    };
    for (const name of NAMES) {
      const values = this.#values[name];
      values.shift();
      values.push(now[name]);
      this.#lines[name].draw(values);
    }
  }
}
