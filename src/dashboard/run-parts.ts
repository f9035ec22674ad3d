import { isNotice, type Notice, type RunEvent, type RunState } from '../client/index.ts';
import type { RunView } from '../http/run-view.ts';
import { ArtifactList } from './artifact-list.ts';
import { AskForms } from './ask-forms.ts';
import { DecisionList } from './decision-list.ts';
import { element } from './element.ts';
import { EventLog } from './event-log.ts';
import { seqOf } from './event-pages.ts';
import { Output } from './output.ts';
import { placeOf } from './place.ts';
import { RunHead } from './run-head.ts';
import { RunNotices } from './run-notices.ts';
import { RunOutcome } from './run-outcome.ts';
import { Timeline } from './timeline.ts';

/** What there is besides the state of a run. */
export interface Surroundings {
  readonly listed: RunView | undefined;
  /** Until when a run is drawn that has not ended; milliseconds since the epoch. */
  readonly now: number;
  readonly children: readonly RunView[];
}

export interface PartsOptions {
  /** What the button for it does; without it this is a replay, in which nothing can be asked of the server. */
  readonly onReplay?: () => void;
}

/** What a run is shown with; a run that begins anew gets new ones. */
export class RunParts {
  readonly notices = new RunNotices();
  readonly element = element('article', { class: 'run', 'aria-label': 'Run' });
  readonly #runId: string;
  readonly #head: RunHead;
  readonly #asks: AskForms;
  readonly #output = new Output();
  readonly #timeline = new Timeline();
  readonly #outcome = new RunOutcome();
  readonly #artifacts = new ArtifactList();
  readonly #decisions = new DecisionList();
  readonly #log: EventLog;

  constructor(runId: string, { onReplay }: PartsOptions = {}) {
    this.#runId = runId;
    this.#head = new RunHead(runId, onReplay);
    this.#asks = new AskForms(runId, onReplay === undefined);
    this.#log = new EventLog(runId, onReplay === undefined);
    this.element.append(
      this.notices.element,
      this.#head.element,
      this.#asks.element,
      element(
        'div',
        { class: 'columns' },
        section('output', 'Output', this.#output.element),
        element(
          'div',
          { class: 'beside' },
          this.#outcome.element,
          section('made', 'Artifacts', this.#artifacts.element),
          section('decided', 'Decisions and warnings', this.#decisions.element),
        ),
      ),
      section('doing', 'Timeline', this.#timeline.element),
      section('events', 'Events', this.#log.element),
    );
  }

  /** Begins in the middle: with what a run adds up to. */
  join(state: RunState): void {
    this.notices.join(state);
    this.#log.beginAfter(seqOf(state.cursor));
  }

  /** Shows the newest of the events that it began with. */
  recall(items: readonly (RunEvent | Notice)[]): void {
    for (const item of items) if (!isNotice(item)) this.#output.take(item);
    this.#log.recall(items);
  }

  /** Goes to the event that the address names. */
  showPlace(): void {
    const seq = placeOf(this.#runId);
    if (seq !== undefined) void this.#log.goTo(seq);
  }

  take(item: RunEvent | Notice): void {
    if (isNotice(item)) this.notices.take(item);
    else this.#output.take(item);
    this.#log.push(item);
  }

  draw(state: RunState, around: Surroundings): void {
    this.element.dataset.status = state.isGone ? 'gone' : state.status;
    this.#head.draw(state, around);
    this.notices.draw(state);
    this.#asks.draw(state.isGone ? [] : state.asks);
    const { classList } = this.element;
    // Before they are drawn: what is not displayed cannot scroll to its end.
    const hasDecisions = state.decisions.length + state.warnings.length > 0;
    classList.toggle('has-output', this.#output.hasText || state.messages.length > 0);
    classList.toggle('has-terminal', this.#output.hasTerminal);
    classList.toggle('has-artifacts', state.artifacts.length > 0);
    classList.toggle('has-decisions', hasDecisions);
    this.#outcome.draw(state);
    classList.toggle(
      'has-beside',
      hasDecisions || state.artifacts.length > 0 || !this.#outcome.element.hidden,
    );
    this.#output.draw(state);
    this.#artifacts.draw(state);
    this.#decisions.draw(state);
    this.#timeline.draw(state, around);
    classList.toggle('has-timeline', this.#timeline.size > 0);
    this.#log.draw();
  }

  /** Puts the focus where a replay is begun. */
  focusReplay(): void {
    this.#head.focusReplay();
  }
}

/** Without a name of its own: what scrolls inside has one, and headings lead to the rest. */
function section(name: string, title: string, content: HTMLElement): HTMLElement {
  return element('section', { class: `card ${name}` }, element('h2', {}, title), content);
}
