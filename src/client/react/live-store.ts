import { messageOf } from '../../errors/error-text.ts';
import { isSluiceError, SluiceError } from '../../errors/sluice-error.ts';
import { systemClock } from '../../time/clock.ts';
import type { ConnectionState } from '../options.ts';
import { onWakeUp } from '../wake-ups.ts';
import { Audience } from './audience.ts';

/**
 * How what is shown is kept up to date. `idle`: nothing is asked for · `connecting` · `open`: what comes is shown ·
 * `waiting`: the connection was lost and is made again by itself · `closed`: nothing more comes, because of the end or
 * of an `error`.
 */
export type LiveConnection = 'idle' | ConnectionState['status'];

/** How far what is shown can be trusted. */
export interface LiveStatus {
  readonly connection: LiveConnection;
  /** Why nothing comes: the last failure until the connection is open again, or what closed it. */
  readonly error: SluiceError | undefined;
  /** Whether what is shown may be behind, since the connection is lost or the server waits for its storage. */
  readonly isStale: boolean;
}

/** Where the content of a store comes from. */
export interface LiveSource<Content> {
  /** What there is to show; parts that did not change are the same objects. */
  content(): Content;
  /**
   * Reads until nothing more comes or `stop` aborts, from where it was. Tells `heard` of the connection, and `changed`
   * of the content. Rejects with what makes going on useless.
   */
  read(stop: AbortSignal, heard: (state: ConnectionState) => void, changed: () => void): Promise<void>;
}

/** Milliseconds without news after which an open connection is made anew when somebody looks at the page again. */
const QUIET = 20_000;

/**
 * One thing that is read once for all who look at it, and told at most once a frame. Reads while somebody looks. Memory:
 * the content, and what was shown last.
 */
export class LiveStore<Content, Source extends LiveSource<Content> = LiveSource<Content>> {
  readonly source: Source;
  /** The same object until the next frame. */
  snapshot: Content & LiveStatus;
  readonly #audience: Audience;
  readonly #closed: () => void;
  #connection: LiveConnection = 'connecting';
  #error: SluiceError | undefined;
  #isLost = false;
  #stop: AbortController | undefined;
  #stopWakeUps: (() => void) | undefined;
  #lastNews = 0;

  /** `closed` is called when nobody looks any more; the store is not used again. */
  constructor(source: Source, closed: () => void) {
    this.source = source;
    this.#closed = closed;
    this.snapshot = this.#shown();
    this.#audience = new Audience({
      open: () => {
        this.#stopWakeUps = onWakeUp(this.#wakeUp);
        this.restart();
      },
      close: () => this.#close(),
      show: () => (this.snapshot = this.#shown()),
    });
  }

  /** Returns what ends the looking. Never tells inside of this call. */
  subscribe(tell: () => void): () => void {
    return this.#audience.add(tell);
  }

  /** Whether somebody looks, for a while already. */
  get isOpen(): boolean {
    return this.#stopWakeUps !== undefined;
  }

  /** Reads anew, from where it was. */
  restart(): void {
    this.#stop?.abort();
    const stop = (this.#stop = new AbortController());
    const { signal } = stop;
    const unlessStopped =
      <Args extends readonly unknown[]>(act: (...args: Args) => void) =>
      (...args: Args): void => {
        if (!signal.aborted) act(...args);
      };
    const end = unlessStopped((error: unknown) => {
      this.#connection = 'closed';
      this.#error = error === undefined ? undefined : known(error);
      this.#isLost = error !== undefined;
      this.#audience.tell();
    });
    this.#lastNews = now();
    const changed = unlessStopped(() => {
      this.#lastNews = now();
      this.#audience.tell();
    });
    this.source.read(signal, unlessStopped(this.#heard), changed).then(() => end(undefined), end);
  }

  readonly #heard = (state: ConnectionState): void => {
    // Only the source knows whether a closed stream is the end.
    if (state.status === 'closed') return;
    this.#connection = state.status;
    if (state.status === 'waiting') this.#error = state.error;
    if (state.status === 'open') this.#error = undefined;
    this.#isLost = state.status === 'waiting' || (this.#isLost && state.status !== 'open');
    this.#lastNews = now();
    this.#audience.tell();
  };

  /** A connection that waits hears of it by itself. */
  readonly #wakeUp = (): void => {
    const isRefused = this.#connection === 'closed' && this.#error !== undefined;
    // What was cut while the machine slept may look open for a long time.
    const isDoubtful = this.#connection === 'open' && now() - this.#lastNews > QUIET;
    if (isRefused || isDoubtful) this.restart();
  };

  #close(): void {
    this.#stop?.abort();
    this.#stopWakeUps?.();
    this.#closed();
  }

  #shown(): Content & LiveStatus {
    const [connection, error, isStale] = [this.#connection, this.#error, this.#isLost];
    return { ...this.source.content(), connection, error, isStale };
  }
}

/** The error as one of ours. */
export function known(error: unknown): SluiceError {
  if (isSluiceError(error)) return error;
  return new SluiceError('CONNECTION_LOST', `Reading failed: ${messageOf(error)}`, { cause: error });
}

function now(): number {
  return systemClock.monotonic!();
}
