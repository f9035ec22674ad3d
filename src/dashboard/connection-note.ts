import type { ConnectionState } from '../client/index.ts';
import { systemClock } from '../time/clock.ts';
import { element, setText } from './element.ts';
import { timeOfDay } from './words.ts';

/** How long it is said that the connection is there again; milliseconds. */
const RELIEF = 4_000;

/** Says that what is shown may be old, since when, and that it is up to date again. */
export class ConnectionNote {
  readonly element = element('p', { class: 'notice stale', role: 'status', hidden: true });
  #lostAt: string | undefined;

  get isLost(): boolean {
    return this.#lostAt !== undefined;
  }

  /** Connecting says nothing yet: only an answer ends what a failure began. */
  take(status: ConnectionState['status']): void {
    if (status === 'waiting') this.#lose();
    if (status === 'open') this.#recover();
    if (status === 'closed') this.#say(undefined);
  }

  #lose(): void {
    this.#lostAt ??= new Date(systemClock.now()).toISOString();
    this.#say(
      `Connection lost at ${timeOfDay(this.#lostAt)}. What you see may be out of date; it goes on by itself where it was.`,
    );
  }

  #recover(): void {
    if (this.#lostAt === undefined) return;
    this.#say(undefined);
    this.element.hidden = false;
    this.element.dataset.tone = 'good';
    setText(this.element, 'Connected again, and up to date.');
    systemClock.alarm(RELIEF, () => this.isLost || (this.element.hidden = true), false);
  }

  #say(text: string | undefined): void {
    if (text === undefined) this.#lostAt = undefined;
    this.element.hidden = text === undefined;
    this.element.dataset.tone = 'bad';
    if (text !== undefined) setText(this.element, text);
  }
}
