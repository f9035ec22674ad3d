import { isPromise, type Awaitable } from '../../backends/awaitable.ts';
import type { AppendResult, Batch } from '../../backends/backend.ts';
import { isSluiceError } from '../../errors/sluice-error.ts';
import type { Clock } from '../../time/clock.ts';
import { Histogram } from './histogram.ts';

/** How a run is over for this process; `lost`: its events could not be stored any more. */
export type RunEnd = 'completed' | 'failed' | 'cancelled' | 'lost';

/** What of a backend failed. */
export type BackendPart = 'append' | 'read' | 'directory' | 'lease';

/** Seconds. A store in the same process answers at once, one behind a network in a millisecond, and a disk stalls. */
const APPEND_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** The counts of one engine that nothing else has: plain numbers that only grow. */
export class EngineMeter {
  started = 0;
  adopted = 0;
  readonly ended: Record<RunEnd, number> = { completed: 0, failed: 0, cancelled: 0, lost: 0 };
  events = 0;
  bytes = 0;
  refused = 0;
  late = 0;
  gaps = 0;
  resets = 0;
  readonly errors: Record<BackendPart, number> = { append: 0, read: 0, directory: 0, lease: 0 };
  readonly appendSeconds = new Histogram(APPEND_SECONDS);
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds that only grow. */
  now(): number {
    return this.#clock.monotonic?.() ?? this.#clock.now();
  }

  /** The log answered; `since` is when it was asked, of {@link now}, where it did not answer at once. */
  appended({ entries }: Batch, { result }: AppendResult, since?: number): void {
    if (result === 'cancelRequested') return;
    if (result !== 'ok' && result !== 'duplicate') {
      this.refused++;
      return;
    }
    this.events += entries.length;
    for (let at = 0; at < entries.length; at++) this.bytes += entries[at]!.bytes;
    if (since === undefined) this.appendSeconds.addNone();
    else this.appendSeconds.add((this.now() - since) / 1_000);
  }

  /** Asks a backend for something, and counts if that fails. Adds nothing to what the answer takes. */
  asked<Answer>(part: BackendPart, ask: () => Awaitable<Answer>): Awaitable<Answer> {
    const failed = (error: unknown): void => {
      // Of what was asked, not of the store.
      if (!isSluiceError(error) || error.code === 'STORAGE_LOST') this.errors[part]++;
    };
    try {
      const answer = ask();
      if (isPromise(answer)) void answer.then(undefined, failed);
      return answer;
    } catch (error) {
      failed(error);
      throw error;
    }
  }
}
