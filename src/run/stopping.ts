import type { SluiceError } from '../errors/sluice-error.ts';
import type { RunStatus } from '../event/run-event.ts';
import type { Deadlines } from './deadlines.ts';
import { Departure } from './departure.ts';
import { isEnded } from './lifecycle.ts';
import type { RunPipe } from './pipe.ts';
import { runEnded } from './run-ended.ts';
import type { RunParts } from './run-parts.ts';
import { maskedStop, stopError, tooLong, tooSilent, type Stop } from './stop.ts';

/** What stopping a run takes of it. */
export interface StoppingHost {
  readonly parts: RunParts;
  readonly pipe: RunPipe;
  readonly deadlines: Deadlines;
  readonly status: RunStatus;
  readonly isEnding: boolean;
  readonly work: { drop(error: SluiceError): void };
  readonly end: {
    /** The grace is over. */
    force(stop: Stop): void;
    /** The run goes on elsewhere. */
    closeWithout(error: SluiceError): void;
  };
  /** Only where a producer outside writes the run. */
  readonly possession: { readonly canRegain: boolean; askAround(stop: () => void): void } | undefined;
}

/**
 * Why a run is to end, or to leave, before its agent is done, and how its agent is told. A stop is a state and not a
 * message: the signal fires at once, what was said before is stored first, and whoever writes the end looks here.
 */
export class Stopping {
  readonly #host: StoppingHost;
  #stop: Stop | undefined;
  #departure: Departure | undefined;
  #abort: AbortController | undefined;
  #cancelGrace: (() => void) | undefined;

  constructor(host: StoppingHost) {
    this.#host = host;
  }

  /** What asked the run to end before its agent did. */
  get stop(): Stop | undefined {
    return this.#stop;
  }

  /** The run is on its way to another process; not any more once it is to end here. */
  get departure(): Departure | undefined {
    return this.#stop ? undefined : this.#departure;
  }

  /** It left, or is just leaving, for another process to go on with it: nothing more is taken. */
  get hasLeft(): boolean {
    return this.#departure?.isSealed ?? false;
  }

  /** Why nothing can begin any more; nothing while it can. */
  get refusal(): SluiceError | undefined {
    const { runId } = this.#host.parts.identity;
    if (this.#stop) return stopError(runId, this.#stop);
    if (this.#departure) return this.#departure.error;
    return this.#host.isEnding ? runEnded(runId) : undefined;
  }

  /** Fires when the run is to stop. Made when somebody asks for it: most agents never do. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#stop) this.#abort.abort(stopError(this.#host.parts.identity.runId, this.#stop));
    }
    return this.#abort.signal;
  }

  /** Asks the run to end: its signal fires now, and after its grace it is ended. The first request stands. */
  request(asked: Stop): void {
    const { parts, deadlines, status, work, end } = this.#host;
    if (this.#stop || isEnded(status) || this.hasLeft) return;
    this.#departure?.abandon();
    const { identity, services, settings } = parts;
    const stop = maskedStop(asked, services.secrets);
    deadlines.pause();
    this.#stop = stop;
    const { clock, sweep } = services;
    // A process that has nothing else to do must still end its runs.
    this.#cancelGrace = sweep.at(clock.now() + settings.grace, () => end.force(stop), { keepAlive: true });
    this.#abort?.abort(stopError(identity.runId, stop));
    work.drop(stopError(identity.runId, stop));
  }

  /**
   * Leaves the run to another process: its signal fires now, and once its agent has returned, or its grace is over, all
   * is stored and nothing more taken. No end is written. One that is to end until then ends here.
   */
  handOver(): void {
    if (this.#host.isEnding || this.#stop || this.#departure) return;
    this.#host.deadlines.pause();
    const { error } = (this.#departure = new Departure(this.#host, () => {
      const { status, deadlines, pipe, end } = this.#host;
      if (isEnded(status)) return;
      deadlines.stop();
      pipe.endUnsaid({ type: 'cancelled', data: {} });
      end.closeWithout(error);
    }));
    this.abort(error);
    this.#host.work.drop(error);
  }

  tooLong(): void {
    this.request(tooLong(this.#host.parts.settings));
  }

  tooSilent(): void {
    const { parts, possession } = this.#host;
    const stop = (): void => this.request(tooSilent(parts.settings));
    if (possession?.canRegain) possession.askAround(stop);
    else stop();
  }

  /** Fires the signal for another reason. */
  abort(reason: SluiceError): void {
    this.#abort ??= new AbortController();
    this.#abort.abort(reason);
  }

  /** The run has ended; nothing is to be forced. */
  settle(): void {
    this.#cancelGrace?.();
  }
}
