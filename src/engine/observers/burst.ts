import type { EventFilter } from '../../event/filter.ts';
import type { RunEvent } from '../../event/run-event.ts';

/** What an envelope weighs, roughly. */
const ENVELOPE = 256;

/**
 * Events that were committed in one go. All observers share it, so that to hand over a thousand events to fifty of
 * them costs fifty steps and not fifty thousand. Weighed only where somebody has to keep it waiting.
 */
export class Burst {
  readonly events: RunEvent[];
  #sizes: readonly number[] | undefined;
  #bytes = 0;

  constructor(events: RunEvent[] = []) {
    this.events = events;
  }

  get length(): number {
    return this.events.length;
  }

  /** What the events weigh together. From the first question on the burst must not grow. */
  get bytes(): number {
    this.#weigh();
    return this.#bytes;
  }

  /** What one event weighs. */
  bytesAt(at: number): number {
    return this.#weigh()[at]!;
  }

  /** The same, or the part of it that is for this filter and tenant. */
  only(filter: EventFilter, tenantId: string | undefined): Burst {
    if (filter.passesAll && tenantId === undefined) return this;
    const passing = this.events.filter(
      event => filter.passes(event.type) && (tenantId === undefined || event.tenantId === tenantId),
    );
    return passing.length === this.events.length ? this : new Burst(passing);
  }

  #weigh(): readonly number[] {
    if (this.#sizes) return this.#sizes;
    this.#sizes = this.events.map(bytesOf);
    this.#bytes = this.#sizes.reduce((sum, size) => sum + size, 0);
    return this.#sizes;
  }
}

function bytesOf({ type, data, metadata }: RunEvent): number {
  const content = type === 'token' ? data.content.length : JSON.stringify(data).length;
  return ENVELOPE + content + (metadata === undefined ? 0 : JSON.stringify(metadata).length);
}
