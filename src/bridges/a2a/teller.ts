import type { Entry } from '../../event/entry.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import type { Teller } from '../teller.ts';
import { partPlace } from '../teller.ts';
import { TaskFold, type TaskBirth } from './task-fold.ts';
import { eventTexts } from './event-text.ts';

/** How a binding writes a response, which is JSON already, on one line. */
export type Envelope = (response: string) => string;

/** Tells a task to one client: the task as it is where the client begins, then each update with its cursor. */
export class A2aTeller implements Teller {
  readonly #fold: TaskFold;
  readonly #envelope: Envelope;
  #hasBegun = false;
  /** Updates of the next event that the client has. */
  #skipped = 0;
  #question: string | undefined;

  constructor(birth: TaskBirth, envelope: Envelope) {
    this.#fold = new TaskFold(birth);
    this.#envelope = envelope;
  }

  get question(): string | undefined {
    return this.#question;
  }

  know(item: Entry | Notice): void {
    this.#fold.add(isNotice(item) ? item : item.event);
  }

  rejoin(part: number): string {
    this.#skipped = part;
    return this.#begin();
  }

  tell(item: Entry | Notice): string {
    const begin = this.#hasBegun ? '' : this.#begin();
    const before = this.#fold.cursor;
    if (isNotice(item)) {
      const told = this.#fold.add(item).map(response => this.#frame(JSON.stringify(response), undefined));
      return begin + told.join('');
    }
    const { event, cursor } = item;
    const texts = this.#texts(event);
    this.#question = event.type === 'ask' ? event.data.askId : undefined;
    const skipped = this.#skipped;
    this.#skipped = 0;
    let frames = begin;
    for (let at = skipped; at < texts.length; at++) {
      const isLast = at === texts.length - 1;
      frames += this.#frame(texts[at]!, isLast ? cursor : before && partPlace(before, at + 1));
    }
    return frames;
  }

  #texts(event: RunEvent): readonly string[] {
    const texts = eventTexts(event, this.#fold);
    if (!texts) return this.#fold.add(event).map(response => JSON.stringify(response));
    this.#fold.pass(event);
    return texts;
  }

  #begin(): string {
    this.#hasBegun = true;
    const frame = this.#frame(JSON.stringify({ task: this.#fold.task() }), this.#fold.cursor);
    this.#fold.slim();
    return frame;
  }

  #frame(response: string, place: string | undefined): string {
    return `data: ${this.#envelope(response)}\n${place === undefined ? '' : `id: ${place}\n`}\n`;
  }
}
