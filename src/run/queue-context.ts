import type { EventDefinitions } from '../event/define-events.ts';
import { parseFilter, type EventFilter, type FilterSpec } from '../event/filter.ts';
import { checkId } from '../event/ids.ts';
import type { Outcome, Proposal } from '../event/proposal.ts';
import type { AnyCustom, CustomEvents, RunEvent } from '../event/run-event.ts';
import { wholeOption } from '../operators/check-option.ts';
import { systemClock, type Clock } from '../time/clock.ts';
import { isoTime } from '../time/iso-time.ts';
import { newId } from '../time/new-id.ts';
import { Emitter } from './emitter.ts';
import { Mailbox } from './mailbox.ts';

export interface CreateContextOptions<Custom extends CustomEvents = AnyCustom> {
  /** What is kept at all. Default: everything. */
  readonly filter?: FilterSpec | undefined;
  readonly runId?: string | undefined;
  readonly events?: EventDefinitions<Custom> | undefined;
  /** Events that may wait for `drain`. Default: 10,000; beyond it `MAILBOX_FULL`. */
  readonly capacity?: number | undefined;
  readonly clock?: Clock | undefined;
}

const LARGEST_EVENT = 256 * 1024;
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * A context without an engine: the same calls as in a run, collected until somebody drains them. For agents under
 * test, and for code that runs where no engine is. Its events have cursors of an epoch of their own, `q0`.
 */
export class QueueContext<Custom extends CustomEvents = AnyCustom> extends Emitter<Custom> {
  readonly runId: string;
  readonly #filter: EventFilter;
  readonly #mailbox: Mailbox;
  #seq = 0;

  constructor({
    filter,
    runId,
    events,
    capacity = 10_000,
    clock = systemClock,
  }: CreateContextOptions<Custom> = {}) {
    super({
      now: () => clock.now(),
      eventBytes: LARGEST_EVENT,
      events: events,
    });
    this.runId = runId === undefined ? newId() : checkId('runId', runId);
    this.#filter = parseFilter(filter, { custom: events?.names });
    wholeOption('createContext: capacity', capacity, { unit: 'events', max: 1_000_000 });
    this.#mailbox = new Mailbox({ events: capacity, bytes: MOST_BYTES }, LARGEST_EVENT);
  }

  /** How many events wait. */
  get size(): number {
    return this.#mailbox.depth;
  }

  /** Takes what was emitted since the last call, in order. */
  drain(): RunEvent<Custom>[] {
    const events: RunEvent<Custom>[] = [];
    for (let next = this.#mailbox.take(); next; next = this.#mailbox.take()) events.push(this.#eventOf(next));
    return events;
  }

  protected override propose(proposal: Proposal): void {
    if (this.#filter.passes(proposal.type)) this.#mailbox.put(proposal);
  }

  /** Nothing is stored here, so what is taken is as good as stored. */
  protected override proposeAndWait(proposal: Proposal): Promise<Outcome> {
    if (!this.#filter.passes(proposal.type)) return Promise.resolve({ outcome: 'skipped' });
    this.#mailbox.put(proposal);
    const seq = this.#seq + this.#mailbox.depth;
    return Promise.resolve({ outcome: 'stored', seq, cursor: `q0.${seq}.0` });
  }

  #eventOf({ type, data, at, source, node, cause, metadata }: Proposal): RunEvent<Custom> {
    const seq = ++this.#seq;
    return {
      id: `q0.${seq}.0`,
      ...{ runId: this.runId, tenantId: 'default', seq, type, time: isoTime(at), data },
      ...(source !== undefined && { source }),
      ...(node !== undefined && { node }),
      ...(cause !== undefined && { cause }),
      ...(metadata !== undefined && { metadata }),
    } as RunEvent<Custom>;
  }
}

/** Makes a {@link QueueContext}. Throws `BAD_FILTER`, `BAD_ID`, `BAD_OPTION`. */
export function createContext<Custom extends CustomEvents = AnyCustom>(
  options?: CreateContextOptions<Custom>,
): QueueContext<Custom> {
  return new QueueContext(options);
}
