import { isNotice, type Notice, type RunEvent, type RunState } from '../client/index.ts';
import type { RunView } from '../http/run-view.ts';
import { ArtifactList } from './artifact-list.ts';
import { AskForms } from './ask-forms.ts';
import { DecisionList } from './decision-list.ts';
import { element } from './element.ts';
import { EventLog } from './event-log.ts';
import { Output } from './output.ts';
import { RunHead } from './run-head.ts';
import { RunNotices } from './run-notices.ts';
import { RunOutcome } from './run-outcome.ts';
import { Timeline } from './timeline.ts';

/** What a run is shown with; a run that begins anew gets new ones. */
export class RunParts {
  readonly notices = new RunNotices();
  readonly #head: RunHead;
  readonly #asks: AskForms;
  readonly #output = new Output();
  readonly #timeline = new Timeline();
  readonly #outcome = new RunOutcome();
  readonly #artifacts = new ArtifactList();
  readonly #decisions = new DecisionList();
  readonly #log: EventLog;
  readonly #run: HTMLElement;

  constructor(runId: string, run: HTMLElement) {
    this.#run = run;
    this.#head = new RunHead(runId);
    this.#asks = new AskForms(runId);
    this.#log = new EventLog(runId);
    run.replaceChildren(
      this.notices.element,
      this.#head.element,
      this.#asks.element,
      element(
        'div',
        { class: 'columns' },
        section('output', 'Output', this.#output.element),
        section('doing', 'Timeline', this.#timeline.element),
      ),
      this.#outcome.element,
      section('made', 'Artifacts', this.#artifacts.element),
      section('decided', 'Decisions and warnings', this.#decisions.element),
      section('events', 'Events', this.#log.element),
    );
  }

  take(item: RunEvent | Notice): void {
    if (isNotice(item)) this.notices.take(item);
    else this.#output.take(item);
    this.#log.push(item);
  }

  draw(state: RunState, at: { readonly listed: RunView | undefined; readonly now: number }): void {
    this.#head.draw(state, at);
    this.notices.draw(state);
    this.#asks.draw(state.isGone ? [] : state.asks);
    const { classList } = this.#run;
    // Before they are drawn: what is not displayed cannot scroll to its end.
    classList.toggle('has-output', this.#output.hasText);
    classList.toggle('has-terminal', this.#output.hasTerminal);
    classList.toggle('has-artifacts', state.artifacts.length > 0);
    classList.toggle('has-decisions', state.decisions.length + state.warnings.length > 0);
    const { nodes, tools, models, steps, turns, customs } = state;
    const hasTimeline = [nodes, tools, models, steps, turns, customs].some(list => list.length > 0);
    classList.toggle('has-timeline', hasTimeline);
    this.#output.draw(state);
    this.#timeline.draw(state, at.now);
    this.#artifacts.draw(state);
    this.#decisions.draw(state);
    this.#outcome.draw(state);
    this.#log.draw();
  }
}

function section(name: string, title: string, content: HTMLElement): HTMLElement {
  return element('section', { class: `card ${name}` }, element('h2', {}, title), content);
}
