import {
  emptyRun,
  foldRun,
  isNotice,
  isSluiceError,
  type Notice,
  type RunEvent,
  type RunState,
} from '../client/index.ts';
import { systemClock } from '../time/clock.ts';
import { element, setText } from './element.ts';
import { nameOf } from './run-rows.ts';
import type { RunList } from './run-list.ts';
import { RunParts } from './run-parts.ts';
import { PATIENCE, problemOf, server } from './server.ts';
import { whileVisible } from './while-visible.ts';

/** Items that are taken between two frames of the page; more would make it stutter. */
const MOST_PER_FRAME = 250;

/** One run on the page: its events from the first one on, and what they add up to. */
export class RunPanel {
  readonly element = element('article', { class: 'run' });
  readonly #runId: string;
  readonly #list: RunList;
  readonly #onState: () => void;
  readonly #stop: () => void;
  #state: RunState = emptyRun;
  #parts: RunParts;
  #taken = 0;
  #isClosed = false;
  #drawn: Promise<void> | undefined;
  /** The connection was lost and is being made again. */
  isLost = false;

  constructor(runId: string, list: RunList, onState: () => void) {
    this.#runId = runId;
    this.#list = list;
    this.#onState = onState;
    this.#parts = new RunParts(runId, this.element);
    const connection = server.events(runId, {
      ...PATIENCE,
      fetch: (input, init) => this.#fetchIfThere(input, init),
      onState: ({ status }) => status !== 'connecting' && this.#setLost(status === 'waiting'),
    });
    this.#stop = whileVisible(connection, {
      next: item => this.#take(item),
      error: error => this.#fail(error),
    });
    void this.#drawSoon();
    this.#tick();
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
    this.element.remove();
  }

  /** Asks the list rather than the server, which would answer 404 to a run that is gone, and browsers log that. */
  async #fetchIfThere(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const presence = await this.#list.presenceOf(this.#runId);
    return presence === 'gone' ? new Response(null, { status: 404 }) : fetch(input, init);
  }

  /** Takes an item; a promise where the page has to be drawn before the next one. */
  #take(item: RunEvent | Notice): Promise<void> | undefined {
    const isNew = isNotice(item) && item.notice === 'reset' && item.reason !== 'gone';
    if (isNew) this.#parts = new RunParts(this.#runId, this.element);
    this.#state = foldRun(this.#state, item);
    this.#parts.take(item);
    const drawn = this.#drawSoon();
    return ++this.#taken >= MOST_PER_FRAME ? drawn : undefined;
  }

  #fail(error: unknown): void {
    this.#setLost(false);
    const { status } = (isSluiceError(error) && error.details) || {};
    if (status === 404) void this.#take({ notice: 'reset', runId: this.#runId, reason: 'gone' });
    else this.#parts.notices.say(problemOf(error), true);
  }

  #setLost(isLost: boolean): void {
    this.isLost = isLost;
    this.#onState();
  }

  /** Draws with the next frame, and resolves then. */
  #drawSoon(): Promise<void> {
    return (this.#drawn ??= new Promise(resolve => {
      requestAnimationFrame(() => {
        this.#drawn = undefined;
        this.#taken = 0;
        if (!this.#isClosed) this.#draw();
        resolve();
      });
    }));
  }

  #draw(): void {
    const state = this.#state;
    const listed = this.#list.get(this.#runId);
    this.element.dataset.status = state.isGone ? 'gone' : state.status;
    this.#parts.draw(state, { listed, now: systemClock.now() });
    const name = state.agent ?? (listed ? nameOf(listed) : 'Run');
    setText(document.querySelector('title')!, `${name} · Sluice`);
  }

  /** The length of a run grows without events. */
  #tick(): void {
    systemClock.alarm(
      1_000,
      () => {
        if (this.#isClosed || this.#state.isGone || this.#state.end) return;
        void this.#drawSoon();
        this.#tick();
      },
      false,
    );
  }
}
