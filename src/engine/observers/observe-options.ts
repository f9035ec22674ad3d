import { SluiceError } from '../../errors/sluice-error.ts';
import { parseFilter, type EventFilter, type FilterSpec } from '../../event/filter.ts';
import { nameOption } from '../../operators/check-option.ts';
import { newId } from '../../time/new-id.ts';
import { checkNumber } from '../check-number.ts';

/** How an observer is registered. Times are milliseconds, and every observer has its own. */
export interface ObserveOptions {
  /** What it is shown. Default: everything. Lifecycle, people and control always pass. */
  readonly types?: FilterSpec | undefined;
  /** Whose runs it sees. Default: all tenants. */
  readonly tenantId?: string | undefined;
  /** Unique among the observers of an engine, 1 to 200 characters. Default: a new id. */
  readonly id?: string | undefined;
  /** Only for listings: what kind of subscriber it is. */
  readonly kind?: string | undefined;
  /** Runs whose events it works on at once, 1 to 1,000; the events of one run always one after another. Default: 1. */
  readonly concurrency?: number | undefined;
  /** How long one call may take, 1 ms to 1 h or `Infinity`. Default: 5 s. After it the queue goes on. */
  readonly timeout?: number | undefined;
  /** What may wait: 1 to 1,000,000 events, 1 KB to 1 GB. Default: 10,000 events and 8 MB. */
  readonly capacity?:
    { readonly events?: number | undefined; readonly bytes?: number | undefined } | undefined;
  /** What is lost when too many wait; `error` ends the observer instead. Default: `drop-oldest`. */
  readonly overflow?: ObserverOverflow | undefined;
  /** Events of one call of a batch observer, 1 to 10,000. Default: 100. */
  readonly maxBatch?: number | undefined;
  /** How long a group may wait to fill, 0 to 1 min. Default: 0, whatever is there when the observer is free. */
  readonly maxWait?: number | undefined;
}

/** What an observer loses when too many events wait for it. */
export type ObserverOverflow = 'drop-oldest' | 'drop-newest' | 'error';

/** {@link ObserveOptions} with every default filled in. */
export interface ObserverSettings {
  readonly id: string;
  readonly kind: string | undefined;
  readonly filter: EventFilter;
  readonly tenantId: string | undefined;
  readonly concurrency: number;
  readonly timeout: number;
  readonly capacity: { readonly events: number; readonly bytes: number };
  readonly overflow: ObserverOverflow;
  readonly maxBatch: number;
  readonly maxWait: number;
}

const KB = 1_024;
const MB = KB * KB;
const OVERFLOWS: readonly ObserverOverflow[] = ['drop-oldest', 'drop-newest', 'error'];

/** Throws `BAD_OPTION`, `BAD_FILTER`. */
export function resolveObserve(options: ObserveOptions, takesBatches: boolean): ObserverSettings {
  const { id = newId(), kind, tenantId, capacity = {}, overflow = 'drop-oldest' } = options;
  if (typeof id !== 'string' || id === '' || id.length > 200) {
    throw new SluiceError('BAD_OPTION', 'observe: expected an id of 1 to 200 characters.');
  }
  if (!takesBatches && (options.maxBatch ?? options.maxWait) !== undefined) {
    const message =
      'observe: expected maxBatch and maxWait with a batch observer only. Pass { batch(events) { … } } as the observer.';
    throw new SluiceError('BAD_OPTION', message);
  }
  if (typeof capacity !== 'object' || (capacity as unknown) === null) {
    const message = `observe: capacity: expected { events, bytes } or one of them, got ${typeof capacity}. Pass { events: 1_000 }.`;
    throw new SluiceError('BAD_OPTION', message);
  }
  nameOption('observe: overflow', overflow, OVERFLOWS);
  return {
    ...{ id, kind, tenantId, overflow, filter: parseFilter(options.types, { option: 'types' }) },
    concurrency: checkNumber('observe: concurrency', options.concurrency, 1, {
      ...{ min: 1, max: 1_000, unit: 'runs' },
    }),
    timeout: checkNumber('observe: timeout', options.timeout, 5_000, {
      ...{ min: 1, max: 3_600_000, unit: 'ms', allowsInfinity: true },
    }),
    capacity: {
      events: checkNumber('observe: capacity.events', capacity.events, 10_000, {
        ...{ min: 1, max: 1_000_000, unit: 'events' },
      }),
      bytes: checkNumber('observe: capacity.bytes', capacity.bytes, 8 * MB, {
        ...{ min: KB, max: KB * MB, unit: 'bytes' },
      }),
    },
    maxBatch: takesBatches
      ? checkNumber('observe: maxBatch', options.maxBatch, 100, { min: 1, max: 10_000, unit: 'events' })
      : 1,
    maxWait: checkNumber('observe: maxWait', options.maxWait, 0, { min: 0, max: 60_000, unit: 'ms' }),
  };
}
