import type { Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { RunMapper, type Tongue } from '../run-mapper.ts';
import type { AgUiEvent } from './ag-ui-event.ts';
import { AgUiStream, type AgUiRunOptions } from './ag-ui-stream.ts';
import { AG_UI } from './ag-ui-tongue.ts';

const TONGUE: Tongue<AgUiEvent, AgUiStream, AgUiEvent> = {
  ...AG_UI,
  place(event, cursor) {
    if (cursor === undefined) return event;
    // Whatever was said is a new object, and what is said again a copy.
    const { metadata } = event as { metadata?: { readonly sluice: { cursor?: string } } };
    if (metadata) metadata.sluice.cursor = cursor;
    else (event as { metadata?: AgUiEvent['metadata'] }).metadata = { sluice: { cursor } };
    return event;
  },
};

/**
 * One run in the words of AG-UI 1.0, item by item, in order. Whatever comes, wherever a client joins or leaves, what it
 * gives keeps AG-UI's grammar: first `RUN_STARTED`, and what is open is closed before the end. Pure and synchronous; made
 * anew for each stream. Memory: an opener for each thing that is open, 1,000 at the most.
 */
export class AgUiMapper {
  readonly #mapper: RunMapper<AgUiEvent, AgUiStream, AgUiEvent>;

  constructor(options: AgUiRunOptions = {}) {
    this.#mapper = new RunMapper(new AgUiStream(options), TONGUE);
  }

  /** The question that interrupted the run, until something follows. */
  get question(): string | undefined {
    return this.#mapper.question;
  }

  /**
   * What to say of an item. The last event has its cursor, those before it a place inside of what the item gives;
   * both are in `metadata.sluice.cursor`.
   */
  next(item: RunEvent | Notice): readonly AgUiEvent[] {
    return this.#mapper.next(item);
  }

  /**
   * What a client needs that was told all of this already, and `part` events of what the next item gives: that the run
   * has begun, and what is open. With a part it comes together with the next item.
   */
  rejoin(part = 0): readonly AgUiEvent[] {
    return this.#mapper.rejoin(part);
  }
}
