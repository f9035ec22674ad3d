import { ChunkDecoder } from './chunk-decoder.ts';
import { Exchange } from './exchange.ts';
import { FrameParser, type Frame } from './frame-parser.ts';
import type { StreamSettings } from './options.ts';
import { badResponse, connectionLost, sendRequest } from './send-request.ts';
import type { Silence } from './silence.ts';
import { onOnline } from './wake-ups.ts';

/** A chunk up to this size that begins with a comment is a sign of life. */
const LONGEST_SIGN = 200;
const COLON = 58;

/** One connection to a stream, from the request until it breaks. Reads only when asked to. */
export class FrameConnection {
  /** Given up because the network has changed: the next one may be made at once. */
  isStale = false;
  /** The last that came was a sign of life and nothing else. */
  wasHeard = false;
  readonly #settings: StreamSettings;
  readonly #silence: Silence;
  readonly #address: URL;
  readonly #exchange: Exchange;
  readonly #parser = new FrameParser();
  readonly #decoder = new ChunkDecoder();
  readonly #stopOnline: () => void;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #lastChunk = 0;

  /** `address` is what errors name. */
  constructor(settings: StreamSettings, silence: Silence, address: URL) {
    this.#settings = settings;
    this.#silence = silence;
    this.#address = address;
    this.#exchange = new Exchange(address, settings.clock);
    silence.begin();
    // What was open when the network changed mostly looks open for a long time.
    this.#stopOnline = onOnline(() => {
      this.isStale = true;
      this.#exchange.giveUp('the network has changed');
    });
  }

  /** What the server wants clients to wait before they come back, in milliseconds. */
  get retry(): number | undefined {
    return this.#parser.retry;
  }

  /** Sends the request; `false` if the server says that nothing more comes. Rejects with a `SluiceError`. */
  async open(url: (signal: AbortSignal) => URL | Promise<URL>): Promise<boolean> {
    const response = await this.#wait(async signal =>
      sendRequest(await url(signal), { accept: 'text/event-stream', signal }, this.#settings),
    );
    const { body, status, headers } = response;
    if (status === 204) return false;
    const type = headers.get('content-type') ?? 'nothing';
    if (!body || !type.startsWith('text/event-stream')) {
      throw badResponse(this.#address, `expected text/event-stream, got ${type}`, { status });
    }
    this.#reader = body.getReader();
    return true;
  }

  /** A frame that is at hand. Throws `BAD_RESPONSE`. */
  take(): Frame | undefined {
    return this.#parser.next();
  }

  /** Waits for more. Rejects with `CONNECTION_LOST`. */
  async read(): Promise<void> {
    const { clock } = this.#settings;
    const asked = clock.now();
    const { done, value } = await this.#wait(() => this.#reader!.read());
    if (done) throw connectionLost(this.#address, 'the server ended the stream before the end of the run');
    const now = clock.now();
    const isSign = value[0] === COLON && value.length <= LONGEST_SIGN;
    // Only what lies between two signs is their cadence, and a busy reader cannot tell how long it was.
    if (isSign && this.wasHeard && 4 * (asked - this.#lastChunk) <= now - this.#lastChunk) {
      this.#silence.heard(now - this.#lastChunk);
    }
    this.wasHeard = isSign;
    this.#lastChunk = now;
    this.#parser.push(this.#decoder.decode(value));
  }

  close(): void {
    this.#stopOnline();
    this.#exchange.giveUp('the client has closed the connection');
  }

  /** Waits as long as the server may be silent. */
  #wait<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { limit } = this.#silence;
    const late = (): string => {
      this.#silence.missed();
      return `no sign of life for ${limit / 1_000} s`;
    };
    return this.#exchange.wait(limit, late, act);
  }
}
