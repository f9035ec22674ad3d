import type { Entry } from '../../event/entry.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import type { Teller } from '../teller.ts';
import { partPlace } from '../teller.ts';
import { TaskFold, type TaskBirth } from './task-fold.ts';
import { tokenText, workText } from './event-text.ts';
import type { A2aStreamResponse } from './wire.ts';

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
    const text = isNotice(item) || this.#skipped > 0 ? undefined : this.#quickText(item.event);
    if (text !== undefined && !isNotice(item)) {
      this.#question = undefined;
      return `${begin}data: ${this.#envelope(text)}\nid: ${item.cursor}\n\n`;
    }
    const responses = this.#fold.add(isNotice(item) ? item : item.event);
    if (isNotice(item)) return begin + responses.map(response => this.#frame(response, undefined)).join('');
    const { event, cursor } = item;
    this.#question = event.type === 'ask' ? event.data.askId : undefined;
    const skipped = this.#skipped;
    this.#skipped = 0;
    const frames = responses.map((response, at) => {
      if (at < skipped) return '';
      const isLast = at === responses.length - 1;
      return this.#frame(response, isLast ? cursor : before && partPlace(before, at + 1));
    });
    return begin + frames.join('');
  }

  /** Most events are told without being put together first. */
  #quickText(event: RunEvent): string | undefined {
    const token = tokenText(event, this.#fold);
    if (token) {
      this.#fold.pass(event.id, token.artifactId);
      return token.text;
    }
    const text = workText(event, this.#fold);
    if (text !== undefined) this.#fold.work(event);
    return text;
  }

  #begin(): string {
    this.#hasBegun = true;
    const frame = this.#frame({ task: this.#fold.task() }, this.#fold.cursor);
    this.#fold.slim();
    return frame;
  }

  #frame(response: A2aStreamResponse, place: string | undefined): string {
    return `data: ${this.#envelope(JSON.stringify(response))}\n${place === undefined ? '' : `id: ${place}\n`}\n`;
  }
}
