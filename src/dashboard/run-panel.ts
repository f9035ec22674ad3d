import { isNotice, type Notice } from '../event/notice.ts';
import type { RunEvent } from '../event/run-event.ts';
import { systemClock } from '../time/clock.ts';
import { ActivityList } from './activity-list.ts';
import { AskForms } from './ask-forms.ts';
import { element, setText } from './element.ts';
import { EventLog } from './event-log.ts';
import { follow } from './follow.ts';
import { Prose } from './prose.ts';
import type { Frame } from './read-frames.ts';
import type { RunList } from './run-list.ts';
import { RunHead } from './run-head.ts';
import { RunOutcome } from './run-outcome.ts';
import { RunState } from './run-state.ts';

const GONE =
  'This run is gone: it expired, was erased, or the server was restarted, which keeps runs in memory alone.';

/** One run on the page: its events from the first one on, and what they add up to. */
export class RunPanel {
  readonly element = element('article', { class: 'run' });
  readonly #runId: string;
  readonly #list: RunList;
  readonly #onState: () => void;
  readonly #stop: () => void;
  #state!: RunState;
  #parts!: RunParts;
  #isDrawDue = false;
  #isGone = false;
  #isClosed = false;
  /** The connection was lost and is being made again. */
  isLost = false;

  constructor(runId: string, list: RunList, onState: () => void) {
    this.#runId = runId;
    this.#list = list;
    this.#onState = onState;
    this.#begin();
    this.#stop = follow({
      url: `runs/${encodeURIComponent(runId)}/events`,
      mayConnect: () => this.#mayConnect(),
      onFrames: frames => this.#take(frames),
      onState: state => this.#setLost(state === 'lost'),
      isOver: () => this.#state.end !== undefined,
      onGone: () => this.#leave(),
    });
    this.#tick();
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
    this.element.remove();
  }

  /** Asks the list rather than the server, which would answer 404 to a run that is gone, and browsers log that. */
  async #mayConnect(): Promise<boolean> {
    const presence = await this.#list.presenceOf(this.#runId);
    if (presence === 'gone' && !this.#isClosed) this.#leave();
    return presence !== 'gone';
  }

  #begin(): void {
    this.#state = new RunState();
    this.element.classList.remove('has-output', 'has-activities');
    this.#parts = makeParts(this.#runId);
    const { head, asks, prose, activities, outcome, log } = this.#parts;
    const section = (name: string, title: string, content: HTMLElement): HTMLElement =>
      element('section', { class: `card ${name}` }, element('h2', {}, title), content);
    this.element.replaceChildren(
      head.element,
      asks.element,
      element(
        'div',
        { class: 'columns' },
        section('output', 'Output', prose.element),
        section('doing', 'Steps and tools', activities.element),
      ),
      outcome.element,
      section('events', 'Events', log.element),
    );
    this.#drawSoon();
  }

  #take(frames: readonly Frame[]): void {
    for (const { data } of frames) {
      if (data === undefined) continue;
      const item = JSON.parse(data) as RunEvent | Notice;
      if (isNotice(item) && item.notice === 'reset') {
        if (item.reason === 'gone') return this.#leave();
        this.#begin();
        continue;
      }
      this.#state.take(item);
      this.#parts.log.push(item);
    }
    if (frames.length > 0) this.#drawSoon();
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#setLost(false);
    this.element.prepend(element('p', { class: 'gone', role: 'status' }, GONE));
    this.#drawSoon();
  }

  #setLost(isLost: boolean): void {
    this.isLost = isLost;
    this.#onState();
  }

  #drawSoon(): void {
    if (this.#isDrawDue) return;
    this.#isDrawDue = true;
    requestAnimationFrame(() => {
      this.#isDrawDue = false;
      this.#draw();
    });
  }

  #draw(): void {
    const state = this.#state;
    const { head, asks, prose, activities, outcome, log } = this.#parts;
    const listed = this.#list.get(this.#runId);
    head.draw(state, { agent: listed?.agent, isGone: this.#isGone, now: systemClock.now() });
    asks.draw(this.#isGone ? new Map() : state.asks);
    this.element.dataset.status = this.#isGone ? 'gone' : state.status;
    const text = state.takeText();
    // Before they are drawn: what is not displayed cannot scroll to its end.
    if (text !== '') this.element.classList.add('has-output');
    if (state.activityCount > 0) this.element.classList.add('has-activities');
    prose.append(text);
    activities.draw(state);
    outcome.draw(state);
    log.draw();
    setText(document.querySelector('title')!, `${state.agent ?? listed?.agent ?? 'Run'} · Sluice`);
  }

  /** The length of a run grows without events. */
  #tick(): void {
    systemClock.alarm(
      1_000,
      () => {
        if (this.#isClosed || this.#isGone || this.#state.end) return;
        this.#drawSoon();
        this.#tick();
      },
      false,
    );
  }
}

type RunParts = ReturnType<typeof makeParts>;

function makeParts(runId: string) {
  return {
    head: new RunHead(runId),
    asks: new AskForms(runId),
    prose: new Prose(),
    activities: new ActivityList(),
    outcome: new RunOutcome(),
    log: new EventLog(),
  };
}
