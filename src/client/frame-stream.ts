import { FrameConnection } from './frame-connection.ts';
import type { Frame } from './frame-parser.ts';
import type { StreamSettings } from './options.ts';
import { Retries } from './retries.ts';
import { Silence } from './silence.ts';

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
  readonly #retries: Retries;
  #connection: FrameConnection | undefined;
  #retry = 0;
  #isClosed: boolean;

  constructor(settings: StreamSettings, source: FrameStreamSource) {
    this.#settings = settings;
    this.#source = source;
    this.#retries = new Retries(settings);
    this.#isClosed = settings.signal?.aborted ?? false;
    settings.signal?.addEventListener('abort', this.#stop);
  }

  /** A frame that is at hand; `undefined`: ask {@link more}. Throws `BAD_RESPONSE`. */
  take(): Frame | undefined {
    const frame = this.#connection?.take();
    if (frame) this.#retries.reset();
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
    this.#retries.stop();
    this.#settings.onState({ status: 'closed', ...failure });
  }

  readonly #stop = (): void => this.close();

  /** One step: a connection, or more of what it brings. */
  async #advance(): Promise<boolean> {
    const { onState } = this.#settings;
    if (this.#connection) {
      await this.#connection.read();
      if (this.#connection?.wasHeard) this.#retries.reset();
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
    try {
      await this.#retries.wait(error, { least: this.#retry, isKnown: this.wasOpen });
    } catch (last) {
      this.close({ error: last });
      throw last;
    }
  }

  #hangUp(): void {
    this.#retry = this.#connection?.retry ?? this.#retry;
    this.#connection?.close();
    this.#connection = undefined;
  }
}
