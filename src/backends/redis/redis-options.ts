import { systemClock, type Clock } from '../../time/clock.ts';
import { checkPlace, checkPrefix, checkRange, type RedisPlace } from './redis-connector.ts';

/** What {@link redisBackend} takes: one of `url`, `client` and `options` says where Redis is. */
export interface RedisBackendOptions extends RedisPlace {
  /** What every key and channel begins with: 1 to 64 letters, digits, `.`, `_` or `-`. Default: `sluice`. */
  readonly prefix?: string | undefined;
  /** How long an instance that is silent keeps its runs, in milliseconds, 100 to 600,000. Default: 10,000. */
  readonly lease?: number | undefined;
  /** How often runs are looked for that have expired, in milliseconds, 10 to 3,600,000. Default: 5,000. */
  readonly sweep?: number | undefined;
  /**
   * How long a change may go unnoticed by watchers whose hint was lost, in milliseconds: from 100, or `Infinity` for
   * never. Default: 5,000.
   */
  readonly poll?: number | undefined;
  /** How long a call may take before it fails with `STORAGE_LOST`, in milliseconds, 100 to 600,000. Default: 5,000. */
  readonly timeout?: number | undefined;
  /** Told what should be known and does not fail a call. Default: nobody. */
  readonly onTrouble?: ((trouble: RedisTrouble) => void) | undefined;
  /**
   * Rings, and tells when runs were changed; when they expire says the clock of Redis. Default: the clock of the machine.
   */
  readonly clock?: Clock | undefined;
}

/** Something about the Redis that people should know. */
export interface RedisTrouble {
  /**
   * `eviction`: Redis may drop keys when its memory is full · `connection`: a connection broke, it is made anew ·
   * `sweep`: expired runs could not be removed, it is tried again · `lease`: the lease could not be renewed in time.
   */
  readonly trouble: 'eviction' | 'connection' | 'sweep' | 'lease';
  readonly message: string;
}

/** The options, checked, with every default filled in. */
export interface RedisSettings {
  readonly prefix: string;
  readonly lease: number;
  readonly sweep: number;
  readonly poll: number;
  readonly timeout: number;
  readonly onTrouble: (trouble: RedisTrouble) => void;
  readonly clock: Clock;
}

export function resolveOptions(options: RedisBackendOptions): RedisSettings {
  const { prefix = 'sluice', clock = systemClock, onTrouble = () => undefined } = options;
  checkPlace('redisBackend', options);
  return {
    ...{ prefix: checkPrefix('redisBackend', prefix), clock, onTrouble },
    lease: within('lease', options.lease ?? 10_000, 100, 600_000),
    sweep: within('sweep', options.sweep ?? 5_000, 10, 3_600_000),
    timeout: within('timeout', options.timeout ?? 5_000, 100, 600_000),
    poll: options.poll === Infinity ? Infinity : within('poll', options.poll ?? 5_000, 100, 3_600_000),
  };
}

function within(name: string, value: number, least: number, most: number): number {
  return checkRange('redisBackend', name, { value, least, most });
}
