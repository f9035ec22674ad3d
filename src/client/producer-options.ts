import { amount, resolveStreamOptions, type StreamOptions, type StreamSettings } from './options.ts';

/** A limit in events and in bytes; whichever is reached first. Bytes are those of the events as JSON in UTF-8. */
export interface AmountOfEvents {
  readonly events?: number | undefined;
  readonly bytes?: number | undefined;
}

/** {@link AmountOfEvents} with both numbers. */
export interface EventLimit {
  readonly events: number;
  readonly bytes: number;
}

/** How events are brought to a run. Times are milliseconds. */
export interface ProducerOptions extends StreamOptions {
  /** Gives up: what waits is dropped, and the producer fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * What one request carries at the most; one event that is larger goes alone. 1 to 1,000 events, 1 KB to 64 MB.
   * Default: 256 events, 256 KB.
   */
  readonly batch?: AmountOfEvents | undefined;
  /**
   * What may wait before `emit` makes its caller wait. 1 to 10 M events, 1 KB to 1 GB. Default: 2,000 events, 4 MB.
   */
  readonly capacity?: AmountOfEvents | undefined;
  /**
   * While nothing is said, so often an empty batch tells the server that the producer lives, and asks whether somebody
   * cancelled. 10 ms to 1 h. Default: 5 s.
   */
  readonly signOfLife?: number | undefined;
}

/** {@link ProducerOptions}, checked, with every default filled in. */
export interface ProducerSettings extends StreamSettings {
  readonly batch: EventLimit;
  readonly capacity: EventLimit;
  readonly signOfLife: number;
}

const KB = 1_024;

/** Throws `BAD_OPTION`. */
export function resolveProducerOptions(options: ProducerOptions): ProducerSettings {
  const { batch = {}, capacity = {}, signOfLife = 5_000 } = options;
  return {
    ...resolveStreamOptions(options),
    batch: {
      events: amount('batch.events', batch.events ?? 256, [1, 1_000], 'events'),
      bytes: amount('batch.bytes', batch.bytes ?? 256 * KB, [KB, 64 * KB * KB], 'bytes'),
    },
    capacity: {
      events: amount('capacity.events', capacity.events ?? 2_000, [1, 1e7], 'events'),
      bytes: amount('capacity.bytes', capacity.bytes ?? 4 * KB * KB, [KB, KB ** 3], 'bytes'),
    },
    signOfLife: amount('signOfLife', signOfLife, [10, 3_600_000], 'ms'),
  };
}
