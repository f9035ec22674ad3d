import { messageOf } from '../errors/error-text.ts';
import { isSluiceError } from '../errors/sluice-error.ts';
import type { Clock } from '../time/clock.ts';
import { connectionLost } from './send-request.ts';

/** A request and what comes of it, given up when that takes too long. One wait at a time. */
export class Exchange {
  readonly #address: URL;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  #fail: ((error: Error) => void) | undefined;

  /** `address` is what errors name. */
  constructor(address: URL, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
  }

  /** Ends it: whoever waits hears `CONNECTION_LOST`. */
  giveUp(reason: string): void {
    this.#fail?.(connectionLost(this.#address, reason));
    this.#abort.abort();
  }

  /**
   * What `act` brings, which need not heed the signal. Gives up after `limit` milliseconds, for the reason that `late`
   * tells. Rejects with a `SluiceError`: that of `act`, or `CONNECTION_LOST`.
   */
  wait<T>(limit: number, late: () => string, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#fail = reject;
      const stop = this.#clock.alarm(limit, () => this.giveUp(late()), false);
      act(this.#abort.signal)
        .finally(stop)
        .then(resolve, (error: unknown) =>
          reject(isSluiceError(error) ? error : connectionLost(this.#address, messageOf(error), error)),
        );
    });
  }
}
