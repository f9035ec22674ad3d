import type { RunView } from '../http/run-view.ts';
import { element } from './element.ts';
import { pageAfter } from './event-pages.ts';
import { Playhead } from './playhead.ts';
import { Recording } from './recording.ts';
import { ReplayBar } from './replay-bar.ts';
import { RunParts } from './run-parts.ts';
import { problemOf } from './server.ts';
import { counted } from './words.ts';

const PAGE = 1_000;
/** Events that are replayed at the most. */
const MOST = 20_000;
/** Beyond so many events at once the view is made anew of what they add up to. */
const LONGEST_LEAP = 500;

export interface ReplayOptions {
  /** What the list of runs knows of it. */
  readonly listed: () => RunView | undefined;
  readonly leave: () => void;
}

/** A stored run, played from its start in the view of a run. Ask for nothing of it that would change the run. */
export class Replay {
  /** The controls, and the view below them. */
  readonly element = element('div', { class: 'replaying' });
  readonly #runId: string;
  readonly #options: ReplayOptions;
  readonly #recording = new Recording();
  readonly #head = new Playhead(this.#recording);
  readonly #bar: ReplayBar;
  #parts: RunParts;
  #shown = 0;
  #isPlaying = true;
  #isClosed = false;
  #isDue = false;
  #before: number | undefined;
  #note = 'Loading…';
  /** The run has more events than are replayed. */
  #isCut = false;

  constructor(runId: string, options: ReplayOptions) {
    this.#runId = runId;
    this.#options = options;
    this.#parts = new RunParts(runId);
    this.#bar = new ReplayBar({
      toggled: () => this.#play(!this.#isPlaying),
      stepped: () => this.#goTo(this.#head.count + 1),
      restarted: () => this.#restart(),
      moved: count => this.#goTo(count),
      paced: speed => {
        this.#head.speed = speed;
        this.#drawSoon();
      },
      left: () => {
        this.close();
        options.leave();
      },
    });
    this.element.append(this.#bar.element, this.#parts.element);
    this.#drawSoon();
    void this.#load();
  }

  focus(): void {
    this.#bar.focus();
  }

  close(): void {
    this.#isClosed = true;
    this.element.remove();
  }

  async #load(): Promise<void> {
    try {
      for (let after = 'start'; this.#recording.length < MOST;) {
        const { items, isLast, next } = await pageAfter(this.#runId, after, PAGE);
        if (this.#isClosed) return;
        this.#recording.push(items);
        this.#drawSoon();
        if (isLast || items.length < PAGE || next === undefined) break;
        after = next;
      }
      this.#isCut = this.#recording.length >= MOST;
      this.#note = this.#isCut ? `The first ${counted(MOST, 'event')} of it.` : '';
    } catch (error) {
      this.#note = problemOf(error);
    }
    this.#drawSoon();
  }

  #play(isPlaying: boolean): void {
    if (isPlaying && this.#head.isAtEnd) this.#head.moveTo(0);
    this.#isPlaying = isPlaying;
    this.#before = undefined;
    this.#drawSoon();
  }

  #restart(): void {
    this.#head.moveTo(0);
    this.#play(true);
  }

  #goTo(count: number): void {
    this.#head.moveTo(count);
    this.#play(false);
  }

  #drawSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(time => {
      this.#isDue = false;
      if (!this.#isClosed) this.#frame(time);
    });
  }

  #frame(time: number): void {
    const isLoading = this.#note === 'Loading…';
    if (this.#isPlaying) {
      this.#head.advance(time - (this.#before ?? time));
      this.#before = time;
      if (this.#head.isAtEnd && !isLoading) this.#isPlaying = false;
    }
    this.#apply(this.#head.count);
    this.#draw();
    if (this.#isPlaying) this.#drawSoon();
  }

  /** Brings the view to where so many items were played. */
  #apply(count: number): void {
    const leap = count - this.#shown;
    if (leap < 0 || leap > LONGEST_LEAP) {
      const parts = new RunParts(this.#runId);
      parts.join(this.#recording.stateAt(count));
      parts.recall(this.#recording.slice(0, count));
      this.#parts.element.replaceWith(parts.element);
      this.#parts = parts;
    } else {
      for (const item of this.#recording.slice(this.#shown, count)) this.#parts.take(item);
    }
    this.#shown = count;
  }

  #draw(): void {
    const { count, at, speed } = this.#head;
    const state = this.#recording.stateAt(count);
    const [last] = this.#recording.slice(Math.max(0, count - 1), count);
    const told = last && 'time' in last ? Date.parse(last.time) : Date.parse(state.startedAt ?? '');
    const since = at - (count === 0 ? 0 : this.#recording.offsetOf(count - 1));
    this.#parts.draw(state, { listed: this.#options.listed(), now: told + since || 0, children: [] });
    const { length, duration } = this.#recording;
    const isPlaying = this.#isPlaying;
    const isOver = this.#isCut && this.#head.isAtEnd;
    const note = isOver
      ? `The replay ends here, after ${counted(MOST, 'event')}. The run goes on: leave the replay to see all of it.`
      : this.#note;
    this.#bar.draw({ count, length, at, duration, isPlaying, speed, note });
  }
}
