import type { JsonObject } from '../../event/json.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { partPlace } from '../teller.ts';
import type { AgUiEvent } from './ag-ui-event.ts';
import { AgUiStream, type AgUiRunOptions } from './ag-ui-stream.ts';
import type { OpenThings } from './open-things.ts';
import { messagesOf } from './run-input.ts';
import { tellEvent, tellNotice } from './tell-event.ts';

const NOTHING: readonly AgUiEvent[] = [];

/**
 * One run in the words of AG-UI 1.0, item by item, in order. Whatever comes, wherever a client joins or leaves, what it
 * gives keeps AG-UI's grammar: first `RUN_STARTED`, and what is open is closed before the end. Pure and synchronous; made
 * anew for each stream. Memory: an opener for each thing that is open, 1,000 at the most.
 */
export class AgUiMapper {
  readonly #stream: AgUiStream;
  #place = 'start';
  #seq = 0;
  #part = 0;
  #question: string | undefined;
  #isRestating = false;
  #hasEnded = false;

  constructor(options: AgUiRunOptions = {}) {
    this.#stream = new AgUiStream(options);
  }

  /** The question that interrupted the run, until something follows. */
  get question(): string | undefined {
    return this.#question;
  }

  /**
   * What to say of an item. The last event has its cursor, those before it a place inside of what the item gives;
   * both are in `metadata.sluice.cursor`.
   */
  next(item: RunEvent | Notice): readonly AgUiEvent[] {
    if (this.#hasEnded) return NOTHING;
    return isNotice(item) ? this.#notice(item) : this.#event(item);
  }

  /**
   * What a client needs that was told all of this already, and `part` events of what the next item gives: that the run
   * has begun, and what is open. With a part it comes together with the next item.
   */
  rejoin(part = 0): readonly AgUiEvent[] {
    this.#part = part;
    if (part > 0 || this.#hasEnded) return NOTHING;
    const isRunning = this.#stream.isRunning;
    if (!isRunning) this.#begin();
    const said = isRunning ? this.#stream.open.reopening() : this.#stream.take();
    for (const event of said) mark(event, this.#place);
    return said;
  }

  #event(item: RunEvent): readonly AgUiEvent[] {
    const stream = this.#stream;
    const part = item.seq === this.#seq + 1 ? this.#part : 0;
    const before = part > 0 ? stream.open.copy() : undefined;
    this.#tell(item);
    const said = stream.take();
    const last = said.length - 1;
    for (let at = 0; at < last; at++) mark(said[at]!, partPlace(this.#place, at + 1));
    if (last >= 0) mark(said[last]!, item.id);
    const rest = before ? this.#withoutPart(said, before, part) : said;
    this.#place = item.id;
    this.#seq = item.seq;
    this.#part = 0;
    return rest;
  }

  #tell(item: RunEvent): void {
    const stream = this.#stream;
    // The interrupt has said as much.
    if (this.#question !== undefined && item.type === 'status' && item.data.status === 'waiting') return;
    stream.at(item.runId, item.time);
    const isFirst = !stream.isRunning;
    if (isFirst) this.#begin(factsOf(item), item.final);
    if (item.type !== 'started') tellEvent(item, stream);
    else if (!isFirst && !this.#isRestating) tellEvent(item, stream);
    if (item.type === 'started' && this.#isRestating) this.#restate(item.data.input);
    if (item.type === 'ask') this.#question = item.data.askId;
    this.#hasEnded = item.final === true;
  }

  #begin(facts?: JsonObject, isOver?: boolean): void {
    this.#question = undefined;
    this.#stream.begin(facts, { isOver });
  }

  /** What was seen is void: the conversation is as it was when the run began. */
  #restate(input: unknown): void {
    this.#isRestating = false;
    this.#stream.say({ type: 'MESSAGES_SNAPSHOT', messages: messagesOf(input) });
  }

  #withoutPart(said: readonly AgUiEvent[], before: OpenThings, part: number): readonly AgUiEvent[] {
    for (const event of said.slice(0, part)) before.note(event);
    const again = before.reopening();
    for (const event of again) mark(event, partPlace(this.#place, part));
    return [...again, ...said.slice(part)];
  }

  #notice(notice: Notice): readonly AgUiEvent[] {
    const stream = this.#stream;
    if (!stream.isRunning) {
      stream.at(notice.runId);
      this.#begin();
    }
    tellNotice(notice, stream);
    const said = stream.take();
    if (notice.notice === 'gap') {
      this.#place = notice.cursor;
      this.#seq = notice.to;
      mark(said.at(-1)!, notice.cursor);
    } else if (notice.notice === 'reset') {
      this.#place = 'start';
      this.#seq = this.#part = 0;
      this.#isRestating = true;
      this.#hasEnded = notice.reason === 'gone';
    }
    return said;
  }
}

/** What stands around the run, besides its ids. */
function factsOf(item: RunEvent): JsonObject | undefined {
  if (item.type !== 'started') return undefined;
  const { agent, framework } = item.data;
  return { ...(agent !== undefined && { agent }), ...(framework !== undefined && { framework }) };
}

function mark(event: AgUiEvent, cursor: string): void {
  const { metadata } = event;
  (event as { metadata?: AgUiEvent['metadata'] }).metadata = {
    sluice: metadata ? { ...metadata.sluice, cursor } : { cursor },
  };
}
