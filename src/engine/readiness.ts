import { runKey, type Backend } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';
import { DEFAULT_TENANT } from './start-options.ts';

/** Milliseconds after which a backend that does not answer counts as away: whoever asks does not wait for long. */
const LONGEST = 2_000;

/** What the readiness of an engine hangs on. */
export interface ReadinessHost {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly sweep: Sweep;
  /** Settles when the runs of a former process were looked after. */
  readonly ready: Promise<void>;
}

/** Whether an engine could do anything now. */
export class Readiness {
  readonly #host: ReadinessHost;
  #start: 'under way' | 'done' | { readonly failed: unknown } = 'under way';

  constructor(host: ReadinessHost) {
    this.#host = host;
    host.ready.then(
      () => (this.#start = 'done'),
      (failed: unknown) => (this.#start = { failed }),
    );
  }

  /** Asks the backend for something. Rejects with `STORAGE_LOST`, within 2 s. */
  async check(): Promise<void> {
    if (this.#start === 'under way')
      throw new SluiceError('STORAGE_LOST', 'engine: it still looks after the runs of a former process.');
    if (this.#start !== 'done') throw this.#start.failed;
    const { backend, clock, sweep } = this.#host;
    let cancel: (() => void) | undefined;
    const late = new Promise<never>((_, reject) => {
      const tell = (): void =>
        reject(new SluiceError('STORAGE_LOST', `engine: its backend does not answer within ${LONGEST} ms.`));
      cancel = sweep.at(clock.now() + LONGEST, tell);
    });
    try {
      // The cheapest question that every backend has to answer for itself.
      await Promise.race([backend.directory.get(runKey(DEFAULT_TENANT, 'nobody')), late]);
    } finally {
      cancel!();
    }
  }
}
