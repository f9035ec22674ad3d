import { isNotice } from '../event/notice.ts';
import type { ReadStep, RunReader } from './reader.ts';
import type { RunItem } from './window.ts';

/**
 * A run's log as an async iterator: the consumer sets the pace, a slow one costs one page and delays nobody. Ends
 * after the final event, or after `reset{gone}`, or when `return` is called, also while a `next` is waiting.
 * Rejects with `STORAGE_LOST` if the backend fails.
 */
export class ReaderIterator implements AsyncIterableIterator<RunItem> {
  readonly #reader: RunReader;
  #step: ReadStep = { items: [], state: 'more' };
  #taken = 0;
  #returned = false;
  #rung = false;
  /** Calls of `next` that were not answered yet. */
  #waiting = 0;
  #wake: (() => void) | undefined;
  #unwatch: (() => void) | undefined;
  /** Calls of `next` are answered one after the other, as they came. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(reader: RunReader) {
    this.#reader = reader;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<RunItem, undefined>> {
    this.#waiting++;
    const answer = this.#turn.then(() => this.#next());
    this.#turn = answer.catch(() => this.#leave());
    return answer;
  }

  return(): Promise<IteratorResult<RunItem, undefined>> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  async #next(): Promise<IteratorResult<RunItem, undefined>> {
    try {
      while (!this.#returned) {
        const item = this.#step.items[this.#taken];
        if (item) {
          this.#taken++;
          return { done: false, value: isNotice(item) ? item : item.event };
        }
        if (this.#step.state === 'end') this.#leave();
        else if (this.#step.state === 'tip' && !this.#rung) await this.#ring();
        else await this.#read();
      }
      return { done: true, value: undefined };
    } finally {
      this.#waiting--;
    }
  }

  async #read(): Promise<void> {
    this.#rung = false;
    this.#unwatch ??= this.#reader.watch(() => {
      this.#rung = true;
      // A reader that nobody pulls leaves the log at the first ring: it may have been abandoned.
      if (this.#waiting === 0) this.#unwatchLog();
      this.#wake?.();
    });
    this.#step = await this.#reader.read();
    this.#taken = 0;
  }

  #ring(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #leave(): void {
    this.#returned = true;
    this.#reader.close();
    this.#step = { items: [], state: 'end' };
    this.#unwatchLog();
    this.#wake?.();
  }

  #unwatchLog(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}
