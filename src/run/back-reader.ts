import { isPromise, type Awaitable } from '../backends/awaitable.ts';
import type { Log, ReadResult, RunKey } from '../backends/backend.ts';
import type { Position } from '../event/cursor.ts';
import type { EventFilter } from '../event/filter.ts';
import { readStorage } from './read-storage.ts';
import { gapNotice, resetNotice, type ReadStep } from './reader.ts';

export interface BackReaderOptions {
  readonly log: Log;
  readonly key: RunKey;
  readonly runId: string;
  /** Begins with the event before it; `start` and `now` with the newest. */
  readonly before: Position;
  readonly filter: EventFilter;
  readonly page: { readonly events: number; readonly bytes: number };
}

/**
 * Reads a run's log from a position backwards, newest first, page by page, to the first event or to the `gap` of what
 * retention took. Memory: the page in hand.
 */
export class BackReader {
  readonly #options: BackReaderOptions;
  #seq = 0;
  #cursor: string | undefined;
  #ended = false;

  constructor(options: BackReaderOptions) {
    this.#options = options;
    const { before } = options;
    if (typeof before === 'string') return;
    this.#seq = before.seq;
    this.#ended = before.seq === 0;
    if ('epoch' in before) this.#cursor = `${before.epoch}.${before.seq}.${before.hash}`;
  }

  /** The cursor of the last event that was looked at; behind a `gap` its bare seq. */
  get cursor(): string | undefined {
    return this.#cursor ?? (this.#seq > 0 ? String(this.#seq) : undefined);
  }

  read(limit = this.#options.page.events): Awaitable<ReadStep> {
    if (this.#ended) return { items: [], state: 'end' };
    const { log, key, runId, page } = this.#options;
    const [epoch, , hash] = this.#cursor?.split('.') ?? [];
    const query = { after: this.#seq, epoch, hash, limit: Math.min(limit, page.events), bytes: page.bytes };
    const answer = readStorage(`run ${runId}`, () => log.read(key, { ...query, reverse: true }));
    return isPromise(answer) ? answer.then(result => this.#take(result)) : this.#take(answer);
  }

  #take(answer: ReadResult): ReadStep {
    const { runId, filter } = this.#options;
    if (answer.result === 'page') {
      const { entries } = answer;
      const last = entries.at(-1);
      this.#ended = last === undefined || last.seq === 1;
      if (last) {
        this.#seq = last.seq;
        this.#cursor = last.cursor;
      }
      const items = filter.passesAll ? entries : entries.filter(entry => filter.passes(entry.type));
      return { items, state: this.#ended ? 'end' : 'more' };
    }
    if (answer.result === 'reset') {
      this.#seq = 0;
      this.#cursor = undefined;
      return { items: [resetNotice(runId, answer.reason)], state: 'more' };
    }
    if (answer.result === 'absent') {
      this.#ended = true;
      return { items: [resetNotice(runId, 'gone')], state: 'end' };
    }
    // Before what is broken there may be more; before what was trimmed there is nothing.
    this.#ended = answer.reason !== 'corrupt' || answer.from === 1;
    this.#seq = answer.from;
    this.#cursor = undefined;
    return { items: [gapNotice(runId, answer)], state: this.#ended ? 'end' : 'more' };
  }
}
