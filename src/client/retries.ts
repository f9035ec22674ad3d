import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import { fullJitter } from '../time/full-jitter.ts';
import type { StreamSettings } from './options.ts';
import { onWakeUp } from './wake-ups.ts';

/** Client errors that pass by themselves: time-out, too early, too many requests. */
const PASSING: readonly unknown[] = [408, 425, 429];

/** Failures in a row, and the waits between them: any time up to one that doubles, ended early when a browser wakes up. */
export class Retries {
  readonly #settings: StreamSettings;
  #failures = 0;
  #isStopped = false;
  #wake: (() => void) | undefined;

  constructor(settings: StreamSettings) {
    this.#settings = settings;
  }

  /** An attempt went well. */
  reset(): void {
    this.#failures = 0;
  }

  /** Ends the wait, and all that follow. */
  stop(): void {
    this.#isStopped = true;
    this.#wake?.();
  }

  /**
   * Waits until the next attempt may be made. `least`: milliseconds that the server asks for unless the error says
   * otherwise; `isKnown`: it has answered properly before. Rejects with the error if it does not pass by itself, with
   * `CONNECTION_LOST` after too many failures, and with what `onState` throws.
   */
  async wait(error: unknown, { least = 0, isKnown }: { least?: number; isKnown: boolean }): Promise<void> {
    if (!isPassing(error, isKnown)) throw error;
    const { maxRetries, retryDelay, maxRetryDelay, onState } = this.#settings;
    const attempt = ++this.#failures;
    if (attempt > maxRetries) throw gaveUp(error, maxRetries);
    const asked = Number(error.details?.retryAfter ?? least);
    const longest = Math.min(retryDelay * 2 ** (attempt - 1), maxRetryDelay);
    const delay = Math.min(asked, maxRetryDelay) + fullJitter(longest);
    onState({ status: 'waiting', attempt, delay, error });
    // Whoever was told may have stopped it.
    if (!this.#isStopped) await this.#pause(delay);
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
}

function isPassing(error: unknown, isKnown: boolean): error is SluiceError {
  if (!isSluiceError(error)) return false;
  const status = error.details?.status;
  if (status === undefined) return error.code === 'CONNECTION_LOST';
  // A page in place of an answer is a wrong address, or a proxy whose server is away for a while.
  return PASSING.includes(status) || (status as number) >= 500 || (status === 200 && isKnown);
}

function gaveUp(last: SluiceError, retries: number): SluiceError {
  return new SluiceError('CONNECTION_LOST', `Gave up after ${retries} retries. ${last.message}`, {
    cause: last,
  });
}
