import { SluiceError } from '../errors/sluice-error.ts';
import { systemClock, type Clock } from '../time/clock.ts';

/** Headers, or what makes them for each request, at once or later. */
export type HeadersSource = HeadersInit | (() => HeadersInit | Promise<HeadersInit>);

/** How requests are made. */
export interface RequestOptions {
  /**
   * Sent with each request. A function is asked before each attempt, so that credentials are fresh, and once more after
   * a 401.
   */
  readonly headers?: HeadersSource | undefined;
  /** Sends requests: one with `credentials: 'include'`, say. Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
  /**
   * Milliseconds from a request to the end of its answer, behind which it fails with `CONNECTION_LOST`. Streams do not
   * heed it: they go by the server's signs of life. 1 ms to 1 h. Default: 30 s.
   */
  readonly timeout?: number | undefined;
  /** Where time is taken from; for tests. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** How a stream is kept open. Times are milliseconds. */
export interface StreamOptions extends RequestOptions {
  /** Ends the reading, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Failures in a row after which it gives up with `CONNECTION_LOST`. Default: `Infinity`, it never does. */
  readonly maxRetries?: number | undefined;
  /**
   * The longest wait before the first retry; doubled with each that fails. The wait is any time from 0 to this, behind
   * what the server asks for. 0 to 1 h. Default: 500.
   */
  readonly retryDelay?: number | undefined;
  /** What doubling stops at. 0 to 1 h. Default: 30 s. */
  readonly maxRetryDelay?: number | undefined;
  /** Told whenever the connection changes. What it throws ends the reading with that error. */
  readonly onState?: ((state: ConnectionState) => void) | undefined;
}

/** How a connection is doing. `attempt` counts failures in a row, from 1. */
export type ConnectionState =
  | { readonly status: 'connecting' }
  /**
   * The server has answered, and the stream is read. Said again when the server says that there is nothing more so far,
   * which ends what a notice `degraded` began.
   */
  | { readonly status: 'open' }
  /** It failed, and is made again after `delay` milliseconds, or earlier if the browser wakes up. */
  | {
      readonly status: 'waiting';
      readonly attempt: number;
      readonly delay: number;
      readonly error: SluiceError;
    }
  /** Nothing more comes: the end, an abort, nobody reads, or `error`. */
  | { readonly status: 'closed'; readonly error?: unknown };

/** {@link StreamOptions}, checked, with every default filled in. */
export interface StreamSettings extends RequestOptions {
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly maxRetries: number;
  readonly retryDelay: number;
  readonly maxRetryDelay: number;
  readonly onState: (state: ConnectionState) => void;
  readonly clock: Clock;
}

const HOUR = 3_600_000;

/** Throws `BAD_OPTION`. */
export function resolveStreamOptions(options: StreamOptions): StreamSettings {
  return {
    ...options,
    timeout: amount('timeout', options.timeout ?? 30_000, [1, HOUR], 'ms'),
    maxRetries: amount('maxRetries', options.maxRetries ?? Infinity, [0, Infinity], 'retries'),
    retryDelay: amount('retryDelay', options.retryDelay ?? 500, [0, HOUR], 'ms'),
    maxRetryDelay: amount('maxRetryDelay', options.maxRetryDelay ?? 30_000, [0, HOUR], 'ms'),
    onState: options.onState ?? (() => undefined),
    clock: options.clock ?? systemClock,
  };
}

/** An address, relative ones against the page's own. Throws `BAD_OPTION`. */
export function resolveUrl(url: string | URL): URL {
  try {
    return new URL(url, globalThis.location?.href);
  } catch {
    throw new SluiceError(
      'BAD_OPTION',
      `url: expected an address such as http://127.0.0.1:4400, got ${JSON.stringify(String(url).slice(0, 200))}. ` +
        'Outside of a browser: an absolute one.',
    );
  }
}

/** Checks one number. Throws `BAD_OPTION`. */
export function amount(name: string, value: number, [least, most]: readonly number[], unit: string): number {
  if (typeof value === 'number' && value >= least! && value <= most!) return value;
  throw new SluiceError('BAD_OPTION', `${name}: expected ${least} to ${most} ${unit}, got ${value}.`);
}
