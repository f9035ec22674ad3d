import {
  emptyRun,
  foldRun,
  isNotice,
  type ConnectionState,
  type Notice,
  type RunEvent,
  type RunState,
} from '../client/index.ts';
import { systemClock } from '../time/clock.ts';
import { ChildRuns } from './child-runs.ts';
import { ConnectionNote } from './connection-note.ts';
import { element, setText } from './element.ts';
import { liveRun } from './live-run.ts';
import { Replay } from './replay.ts';
import { nameOf } from './run-name.ts';
import type { RunList } from './run-list.ts';
import { RunParts } from './run-parts.ts';

/** Items that are taken between two frames of the page; more would make it stutter. */
const MOST_PER_FRAME = 250;

/** One run on the page: what it adds up to, live from where it is, or replayed from its start. */
export class RunPanel {
  readonly element = element('div', { class: 'run-panel' });
  readonly #runId: string;
  readonly #list: RunList;
  readonly #onState: () => void;
  readonly #stop: () => void;
  readonly #connection = new ConnectionNote();
  readonly #children: ChildRuns;
  #state: RunState = emptyRun;
  #parts: RunParts;
  #replay: Replay | undefined;
  #taken = 0;
  #isClosed = false;
  #drawn: Promise<void> | undefined;

  constructor(runId: string, list: RunList, onState: () => void) {
    this.#runId = runId;
    this.#list = list;
    this.#onState = onState;
    this.#children = new ChildRuns(runId, list, () => void this.#drawSoon());
    this.#parts = this.#newParts();
    this.#show(this.#parts.element);
    this.#stop = liveRun(runId, list, {
      joined: state => this.#join(state),
      recalled: items => {
        this.#parts.recall(items);
        this.#parts.showPlace();
        void this.#drawSoon();
      },
      next: item => this.#take(item),
      connection: status => this.#connect(status),
      failed: problem => this.#parts.notices.say(problem, true),
    });
    void this.#drawSoon();
    this.#tick();
  }

  /** The connection was lost and is being made again. */
  get isLost(): boolean {
    return this.#connection.isLost;
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
    this.#replay?.close();
    this.element.remove();
  }

  #newParts(): RunParts {
    return new RunParts(this.#runId, { onReplay: () => this.#startReplay() });
  }

  #show(shown: HTMLElement): void {
    this.element.replaceChildren(this.#connection.element, shown);
  }

  #join(state: RunState): void {
    this.#state = state;
    this.#parts.join(state);
    void this.#drawSoon();
  }

  /** Takes an item; a promise where the page has to be drawn before the next one. */
  #take(item: RunEvent | Notice): Promise<void> | undefined {
    const isNew = isNotice(item) && item.notice === 'reset' && item.reason !== 'gone';
    if (isNew) {
      this.#replay?.close();
      this.#replay = undefined;
      this.#parts = this.#newParts();
      this.#show(this.#parts.element);
    }
    this.#state = foldRun(this.#state, item);
    this.#parts.take(item);
    const drawn = this.#drawSoon();
    return ++this.#taken >= MOST_PER_FRAME ? drawn : undefined;
  }

  #connect(status: ConnectionState['status']): void {
    this.#connection.take(status);
    if (status === 'open' && this.#state.degradedSince !== undefined) {
      this.#state = { ...this.#state, degradedSince: undefined };
      void this.#drawSoon();
    }
    this.#onState();
  }

  #startReplay(): void {
    const leave = (): void => {
      this.#replay = undefined;
      this.#show(this.#parts.element);
      this.#parts.focusReplay();
      void this.#drawSoon();
    };
    this.#replay = new Replay(this.#runId, { listed: () => this.#list.get(this.#runId), leave });
    this.#show(this.#replay.element);
    this.#replay.focus();
  }

  /** Draws with the next frame, and resolves then. */
  #drawSoon(): Promise<void> {
    return (this.#drawn ??= new Promise(resolve => {
      requestAnimationFrame(() => {
        this.#drawn = undefined;
        this.#taken = 0;
        if (!this.#isClosed && !this.#replay) this.#draw();
        resolve();
      });
    }));
  }

  #draw(): void {
    const state = this.#state;
    const listed = this.#list.get(this.#runId);
    this.#children.watch(state);
    this.#parts.draw(state, { listed, now: systemClock.now(), children: this.#children.runs });
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
