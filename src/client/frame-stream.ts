import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import { fullJitter } from '../time/full-jitter.ts';
import { FrameConnection } from './frame-connection.ts';
import type { Frame } from './frame-parser.ts';
import type { StreamSettings } from './options.ts';
import { Silence } from './silence.ts';
import { onWakeUp } from './wake-ups.ts';

/** Client errors that pass by themselves: time-out, too early, too many requests. */
const PASSING: readonly unknown[] = [408, 425, 429];

export interface FrameStreamSource {
  /** What errors name. */
  readonly address: URL;
  /** What the next attempt asks for. */
  readonly url: (signal: AbortSignal) => URL | Promise<URL>;
}

/**
 * The frames of a stream that is kept open over lost connections. It is pulled: nothing is read from the connection
 * before it is asked for, so that a slow consumer slows the server down and holds one chunk.
 */
export class FrameStream {
  /** Whether the server has ever answered with a stream. */
  wasOpen = false;
  readonly #settings: StreamSettings;
  readonly #source: FrameStreamSource;
  readonly #silence = new Silence();
  #connection: FrameConnection | undefined;
  #failures = 0;
  #retry = 0;
  #wake: (() => void) | undefined;
  #isClosed: boolean;

  constructor(settings: StreamSettings, source: FrameStreamSource) {
    this.#settings = settings;
    this.#source = source;
    this.#isClosed = settings.signal?.aborted ?? false;
    settings.signal?.addEventListener('abort', this.#stop);
  }

  /** A frame that is at hand; `undefined`: ask {@link more}. Throws `BAD_RESPONSE`. */
  take(): Frame | undefined {
    const frame = this.#connection?.take();
    if (frame) this.#failures = 0;
    return frame;
  }

  /**
   * Waits until {@link take} may have something; `false` if nothing more comes. Rejects with `CONNECTION_LOST` after
   * too many failures, with what the server refuses for good, and with what `onState` throws.
   */
  async more(): Promise<boolean> {
    while (!this.#isClosed) {
      try {
        if (await this.#advance()) return true;
        this.close();
      } catch (error) {
        if (!this.#isClosed) await this.#recover(error);
      }
    }
    return false;
  }

  /** Ends the connection, for good. */
  close(failure?: { readonly error: unknown }): void {
    this.#settings.signal?.removeEventListener('abort', this.#stop);
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#hangUp();
    this.#wake?.();
    this.#settings.onState({ status: 'closed', ...failure });
  }

  readonly #stop = (): void => this.close();

  /** One step: a connection, or more of what it brings. */
  async #advance(): Promise<boolean> {
    const { onState } = this.#settings;
    if (this.#connection) {
      await this.#connection.read();
      if (this.#connection?.wasHeard) this.#failures = 0;
      return true;
    }
    const connection = new FrameConnection(this.#settings, this.#silence, this.#source.address);
    this.#connection = connection;
    onState({ status: 'connecting' });
    if (!(await connection.open(this.#source.url)) || this.#isClosed) return false;
    this.wasOpen = true;
    onState({ status: 'open' });
    return true;
  }

  async #recover(error: unknown): Promise<void> {
    const isStale = this.#connection?.isStale;
    this.#hangUp();
    if (isStale) return;
    this.#failures++;
    const { maxRetries, retryDelay, maxRetryDelay, onState } = this.#settings;
    if (!this.#isPassing(error) || this.#failures > maxRetries) {
      const last = this.#isPassing(error) ? gaveUp(error, maxRetries) : error;
      this.close({ error: last });
      throw last;
    }
    const asked = Number(error.details?.retryAfter ?? this.#retry);
    const longest = Math.min(retryDelay * 2 ** (this.#failures - 1), maxRetryDelay);
    const delay = Math.min(asked, maxRetryDelay) + fullJitter(longest);
    onState({ status: 'waiting', attempt: this.#failures, delay, error });
    // Whoever was told may have closed it.
    if (!this.#isClosed) await this.#pause(delay);
  }

  #isPassing(error: unknown): error is SluiceError {
    if (!isSluiceError(error)) return false;
    const status = error.details?.status;
    if (status === undefined) return error.code === 'CONNECTION_LOST';
    // A page in place of a stream is a wrong address, or a proxy whose server is away for a while.
    return PASSING.includes(status) || (status as number) >= 500 || (status === 200 && this.wasOpen);
  }

  #pause(delay: number): Promise<void> {
    return new Promise(resolve => {
      const ring = (): void => {
        stopAlarm();
        stopWakeUps();
        this.#wake = undefined;
        resolve();
      };
      const stopAlarm = this.#settings.clock.alarm(delay, ring, false);
      const stopWakeUps = onWakeUp(ring);
      this.#wake = ring;
    });
  }

  #hangUp(): void {
    this.#retry = this.#connection?.retry ?? this.#retry;
    this.#connection?.close();
    this.#connection = undefined;
  }
}

function gaveUp(last: SluiceError, retries: number): SluiceError {
  return new SluiceError('CONNECTION_LOST', `Gave up after ${retries} retries. ${last.message}`, {
    cause: last,
  });
}
