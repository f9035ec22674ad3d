import type { RunState } from '../client/index.ts';
import type { RunView } from '../http/run-view.ts';
import { systemClock } from '../time/clock.ts';
import { element, setText } from './element.ts';
import { TimeAxis } from './time-axis.ts';
import { TimelineLine } from './timeline-line.ts';
import type { TimelineRow } from './timeline-row.ts';
import { timelineOf } from './timeline-rows.ts';
import { counted } from './words.ts';

/** Rows at first, and with each press of the button; the ones before are counted. */
const STEP = 200;
/** Milliseconds between two drawings while a run goes on: all bars move with the time, and nobody sees more. */
const PAUSE = 100;
const AT_END = 24;
/** What there is besides the state: until when it is drawn, and the runs that were started. */
interface Around {
  readonly now: number;
  readonly children: readonly RunView[];
}

const LISTS = [
  ...(['pipelines', 'waves', 'nodes', 'tools', 'models', 'steps'] as const),
  ...(['turns', 'customs', 'decisions'] as const),
];

/** What a run does, as a waterfall: each line with its bar at its time, inside of what it happened in. */
export class Timeline {
  readonly #earlier = element('button', { class: 'earlier', type: 'button', hidden: true });
  readonly #axis = new TimeAxis();
  readonly #list = element('ol', { class: 'rows' });
  readonly element = element(
    'div',
    { class: 'timeline', role: 'region', 'aria-label': 'Timeline' },
    this.#axis.element,
    this.#earlier,
    this.#list,
  );
  readonly #lines = new Map<string, TimelineLine>();
  #all: readonly TimelineRow[] = [];
  #most = STEP;
  #begin = 0;
  #state: RunState | undefined;
  #children = '';
  #drawnAt = 0;
  #isDue = false;
  #latest: () => void = () => undefined;

  constructor() {
    this.#earlier.addEventListener('click', () => {
      this.#most += STEP;
      this.#drawRows();
    });
    this.#list.addEventListener('keydown', event => this.#pressed(event));
    this.#list.addEventListener('focusin', event => this.#makeCurrent(event.target as HTMLElement));
  }

  /** How many rows there are; those that are not on the page included. */
  get size(): number {
    return this.#all.length;
  }

  draw(state: RunState, around: Around): void {
    const pause = this.#drawnAt + PAUSE - systemClock.now();
    this.#latest = () => this.#draw(state, around);
    if (pause <= 0 || this.size === 0 || state.end !== undefined) this.#latest();
    else if (!this.#isDue) {
      this.#isDue = true;
      systemClock.alarm(
        pause,
        () => {
          this.#isDue = false;
          this.#latest();
        },
        false,
      );
    }
  }

  #draw(state: RunState, { now, children }: Around): void {
    this.#drawnAt = systemClock.now();
    this.#latest = () => undefined;
    const before = this.#state;
    const told = children.map(({ runId, status }) => `${runId} ${status}`).join();
    const hasChanged = told !== this.#children || LISTS.some(list => before?.[list] !== state[list]);
    this.#state = state;
    this.#children = told;
    if (hasChanged) this.#all = timelineOf(state, children);
    this.#begin = Date.parse(state.startedAt ?? this.#all[0]?.startedAt ?? '') || now;
    const end = state.endedAt === undefined ? now : Date.parse(state.endedAt);
    const total = Math.max(end - this.#begin, 1);
    this.element.style.setProperty('--total', String(total));
    this.#axis.draw(total);
    if (hasChanged) this.#drawRows();
  }

  #drawRows(): void {
    const box = this.element;
    const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < AT_END;
    const rows = this.#all.slice(-this.#most);
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, { element: item }] of this.#lines) {
      if (keys.has(key)) continue;
      item.remove();
      this.#lines.delete(key);
    }
    let place = this.#list.firstElementChild;
    for (const row of rows) {
      const item = this.#lineOf(row).element;
      if (place === item) place = place.nextElementSibling;
      else this.#list.insertBefore(item, place);
    }
    const earlier = this.#all.length - rows.length;
    this.#earlier.hidden = earlier === 0;
    setText(this.#earlier, `Show earlier (${counted(earlier, 'entry', 'entries')})`);
    if (!this.#list.querySelector('[tabindex="0"]')) this.#makeCurrent(this.#stops()[0]);
    if (isAtEnd) box.scrollTop = box.scrollHeight;
  }

  #lineOf(row: TimelineRow): TimelineLine {
    const line = this.#lines.get(row.key) ?? new TimelineLine(row);
    this.#lines.set(row.key, line);
    line.draw(row, this.#begin);
    return line;
  }

  #stops(): readonly HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>('.line-head')];
  }

  /** One line is a stop of the Tab key; arrows go to the others. */
  #makeCurrent(target: HTMLElement | undefined): void {
    const head = target?.closest<HTMLElement>('.line-head');
    if (!head || head.tabIndex === 0) return;
    for (const other of this.#list.querySelectorAll<HTMLElement>('.line-head[tabindex="0"]'))
      other.tabIndex = -1;
    head.tabIndex = 0;
  }

  #pressed(event: KeyboardEvent): void {
    const head = (event.target as HTMLElement).closest<HTMLElement>('.line-head');
    if (!head || event.altKey || event.ctrlKey || event.metaKey) return;
    const stops = this.#stops();
    const from = stops.indexOf(head);
    const goals: Readonly<Record<string, number>> = {
      ...{ ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: stops.length - 1 },
    };
    const goal = goals[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    stops[goal]?.focus();
  }
}
