import { SluiceError } from '../../errors/sluice-error.ts';
import { parseFilter, type EventFilter } from '../../event/filter.ts';
import { isId } from '../../event/ids.ts';
import { checkNumber } from '../check-number.ts';
import { DEFAULT_TENANT } from '../start-options.ts';
import { memoryCursorStore, type CursorStore } from './cursor-store.ts';
import type { Sink, SinkOptions } from './sink.ts';

/** {@link SinkOptions} with every default filled in. */
export interface SinkSettings {
  readonly name: string;
  readonly filter: EventFilter;
  readonly tenants: readonly string[];
  readonly store: CursorStore;
  readonly maxBatch: number;
  readonly concurrency: number;
  readonly timeout: number;
  readonly longestRetry: number;
  readonly onError: SinkOptions['onError'];
}

const HOUR = 3_600_000;
const NAME = /^[\w.-]{1,64}$/;

/** Throws `BAD_OPTION`, `BAD_FILTER`. */
export function resolveSink(sink: Sink, options: SinkOptions): SinkSettings {
  const { name, tenants = [DEFAULT_TENANT], store = memoryCursorStore(), onError } = options;
  if (typeof (sink as Partial<Sink> | null)?.write !== 'function') {
    throw new SluiceError('BAD_OPTION', 'sink: expected an object with write(events).');
  }
  if (!NAME.test(name)) {
    throw new SluiceError(
      'BAD_OPTION',
      'sink: expected a name of 1 to 64 letters, digits or _ . -, got another one.',
    );
  }
  if (tenants.length === 0 || !tenants.every(isId)) {
    throw new SluiceError('BAD_OPTION', `sink ${name}: expected at least one tenant id in tenants.`);
  }
  return {
    ...{ name, tenants, store, onError, filter: parseFilter(options.filter) },
    maxBatch: checkNumber('sink: maxBatch', options.maxBatch, 500, { min: 1, max: 10_000, unit: 'events' }),
    concurrency: checkNumber('sink: concurrency', options.concurrency, 1, { min: 1, max: 100, unit: 'runs' }),
    timeout: checkNumber('sink: timeout', options.timeout, 30_000, { min: 1, max: HOUR, unit: 'ms' }),
    longestRetry: checkNumber('sink: longestRetry', options.longestRetry, 30_000, {
      min: 1,
      max: HOUR,
      unit: 'ms',
    }),
  };
}
