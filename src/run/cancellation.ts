import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';
import { stopError, type Stop } from './stop.ts';

/** What a cancellation needs from the run it belongs to. */
export interface CancellationHost {
  readonly runId: string;
  readonly clock: Clock;
  readonly sweep: Sweep;
  /** Milliseconds. */
  readonly grace: number;
}

/**
 * Why a run is to end before its agent does, and how its agent is told. A stop is a state and not a message: the
 * signal fires at once, what was said before is stored first, and whoever writes the end looks here.
 */
export class Cancellation {
  #stop: Stop | undefined;
  #abort: AbortController | undefined;
  #cancelGrace: (() => void) | undefined;

  get stop(): Stop | undefined {
    return this.#stop;
  }

  /** Made when somebody asks for it: most agents never do. */
  signal(runId: string): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#stop) this.#abort.abort(stopError(runId, this.#stop));
    }
    return this.#abort.signal;
  }

  /** Records the stop, fires the signal, and calls `force` when the grace is over. */
  request(stop: Stop, { runId, clock, sweep, grace }: CancellationHost, force: () => void): void {
    this.#stop = stop;
    // A process that has nothing else to do must still end its runs.
    this.#cancelGrace = sweep.at(clock.now() + grace, force, { keepAlive: true });
    this.#abort?.abort(stopError(runId, stop));
  }

  /** Fires the signal for another reason. */
  abort(reason: unknown): void {
    this.#abort ??= new AbortController();
    this.#abort.abort(reason);
  }

  /** The run has ended; nothing is to be forced. */
  settle(): void {
    this.#cancelGrace?.();
  }
}
