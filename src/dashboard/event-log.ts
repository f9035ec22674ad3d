import type { Notice, RunEvent } from '../client/index.ts';
import { isNotice } from '../client/index.ts';
import { copyButton } from './copy-button.ts';
import { element, setText } from './element.ts';
import { curlOf, EventInspector } from './event-inspector.ts';
import { LogEntries } from './log-entries.ts';
import { LogWindow } from './log-window.ts';
import { OlderEvents } from './older-events.ts';
import { setPlace } from './place.ts';
import { problemOf } from './server.ts';
import { counted } from './words.ts';

/** Matches that are looked for beyond what is at hand. */
const ENOUGH = 100;

/** The events of a run, the newest at the end; only those that are visible are on the page. */
export class EventLog {
  readonly #entries = new LogEntries();
  readonly #older: OlderEvents;
  readonly #inspector: EventInspector;
  readonly #filter = element('input', {
    ...{ type: 'search', placeholder: 'Type, topic (tool.*) or text', 'aria-label': 'Filter events' },
    ...{ autocomplete: 'off', spellcheck: 'false' },
  });
  readonly #count = element('span', { class: 'quiet' });
  readonly #load = element('button', { class: 'small', type: 'button', hidden: true }, 'Load older');
  readonly #newest = element('button', { class: 'small', type: 'button', hidden: true }, 'Newest ↓');
  readonly #window: LogWindow;
  readonly element: HTMLElement;
  readonly #runId: string;
  #active: RunEvent | Notice | undefined;
  #activeAt = -1;
  #isDrawn = false;
  #problem = '';

  /** A replay has all its events from itself, and asks for none. */
  constructor(runId: string, isReplay: boolean) {
    this.#runId = runId;
    this.#inspector = new EventInspector(runId);
    this.#older = new OlderEvents(runId, this.#entries, isReplay);
    this.#window = new LogWindow({
      needsOlder: () => void this.#loadOlder(),
      moved: () => (this.#newest.hidden = this.#window.isFollowing),
      chosen: at => this.#choose(at),
    });
    this.element = element(
      'div',
      { class: 'event-log' },
      element(
        'div',
        { class: 'row tools' },
        ...[this.#filter, this.#count, this.#load, this.#newest],
        copyButton('Copy curl', () => curlOf(runId)),
      ),
      element('div', { class: 'log-and-event' }, this.#window.element, this.#inspector.element),
    );
    this.#filter.addEventListener('input', () => void this.#find());
    this.#load.addEventListener('click', () => void this.#loadOlder());
    this.#newest.addEventListener('click', () => this.#follow());
    this.#window.element.addEventListener('keydown', event => void this.#pressed(event));
  }

  /** What came up to this seq is older, and is loaded when somebody looks for it. */
  beginAfter(seq: number): void {
    this.#entries.beginAt(seq + 1);
  }

  /** Puts events before all others. */
  recall(items: readonly (RunEvent | Notice)[]): void {
    const { firstSeq } = this.#entries;
    this.#entries.prepend(items.filter(item => isNotice(item) || item.seq < firstSeq));
    this.#isDrawn = false;
    // Somebody may have begun to look for something before there was anything.
    if (this.#isFiltered) void this.#find();
  }

  push(item: RunEvent | Notice): void {
    const dropped = this.#entries.push(item);
    this.#isDrawn = false;
    if (dropped === 0) return;
    this.#activeAt -= dropped;
    this.#window.shift(-dropped);
  }

  /** Draws what has changed since it was last drawn. */
  draw(): void {
    if (this.#isDrawn) return;
    this.#isDrawn = true;
    const { shown, count } = this.#entries;
    this.#window.draw(shown, { active: this.#active, activeAt: this.#activeAt });
    const found = `${shown.length.toLocaleString('en')} of ${counted(count, 'event')}`;
    setText(this.#count, this.#problem || (this.#isFiltered ? found : ''));
    this.#load.hidden = !this.#older.areThere;
    this.#newest.hidden = this.#window.isFollowing;
  }

  /** Shows and chooses the event with this seq, and loads what is between. */
  async goTo(seq: number): Promise<void> {
    this.#filter.value = '';
    this.#entries.filter('');
    await this.#loadUntil(() => this.#entries.firstSeq <= seq);
    const at = this.#entries.indexOf(seq);
    this.#drawNow();
    if (at < 0) return;
    this.element.scrollIntoView({ block: 'center' });
    this.#choose(at);
  }

  get #isFiltered(): boolean {
    return this.#filter.value.trim() !== '';
  }

  async #find(): Promise<void> {
    const wanted = this.#filter.value;
    this.#entries.filter(wanted);
    this.#activeAt = this.#entries.shown.findIndex(({ item }) => item === this.#active);
    this.#follow();
    if (!this.#isFiltered) return;
    await this.#loadUntil(() => this.#filter.value !== wanted || this.#entries.shown.length >= ENOUGH);
  }

  #follow(): void {
    this.#window.isFollowing = true;
    this.#drawNow();
  }

  #drawNow(): void {
    this.#isDrawn = false;
    this.draw();
  }

  async #pressed(event: KeyboardEvent): Promise<void> {
    const page = this.#window.rowsPerPage - 1;
    const last = this.#entries.shown.length - 1;
    const from = this.#activeAt < 0 ? last + 1 : this.#activeAt;
    const goals: Readonly<Record<string, number>> = {
      ...{ ArrowUp: from - 1, ArrowDown: from + 1, PageUp: from - page, PageDown: from + page },
      ...{ Home: 0, End: last },
    };
    const goal = goals[event.key];
    if (goal === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.key === 'Home') await this.#loadUntil(() => false);
    else if (goal < 0) await this.#loadOlder();
    if (goal >= 0) this.#choose(Math.min(goal, last));
    else this.#choose(Math.max(0, this.#activeAt + goal - from));
  }

  #choose(at: number): void {
    const entry = this.#entries.shown[at];
    if (!entry) return;
    const { item } = entry;
    this.#active = item;
    this.#activeAt = at;
    this.#inspector.show(item);
    this.element.classList.add('has-event');
    if (!isNotice(item)) setPlace(this.#runId, item.seq);
    this.#window.reveal(at);
    this.#drawNow();
  }

  /** Whether older ones came. */
  async #loadOlder(): Promise<boolean> {
    if (this.#older.areComing)
      return this.#older.load().then(
        () => true,
        () => false,
      );
    if (!this.#older.areThere) return false;
    this.#load.disabled = true;
    try {
      const added = await this.#older.load();
      this.#problem = '';
      if (this.#activeAt >= 0) this.#activeAt += added;
      this.#drawNow();
      if (!this.#window.isFollowing) this.#window.shift(added);
      return true;
    } catch (error) {
      this.#problem = problemOf(error);
      this.#drawNow();
      return false;
    } finally {
      this.#load.disabled = false;
    }
  }

  async #loadUntil(isEnough: () => boolean): Promise<void> {
    while (!isEnough() && (await this.#loadOlder()));
  }
}
