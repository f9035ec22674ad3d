import { SluiceError } from '../errors/sluice-error.ts';
import type { RunPipe } from './pipe.ts';
import type { RunParts } from './run-parts.ts';

/**
 * How a run leaves a process that stops, for another one to go on with it: what its agent says until it returns, or
 * until its grace is over, is stored as ever; then the pipe is sealed and emptied, and only then may somebody else have
 * the run. So nothing is stored by halves, and nothing comes from two processes at once.
 */
export class Departure {
  /** What its agent's signal, its calls and its callers are told. */
  readonly error: SluiceError;
  readonly #pipe: RunPipe;
  readonly #gone: () => void;
  readonly #cancelGrace: () => void;
  #isSealed = false;

  /** `gone` is called when everything that was taken is stored. */
  constructor({ parts, pipe }: { readonly parts: RunParts; readonly pipe: RunPipe }, gone: () => void) {
    const { identity, services, settings } = parts;
    this.#pipe = pipe;
    this.#gone = gone;
    this.error = handedOver(identity.runId);
    const { clock, sweep } = services;
    this.#cancelGrace = sweep.at(clock.now() + settings.grace, () => this.seal(), { keepAlive: true });
  }

  /** Nothing more is taken. */
  get isSealed(): boolean {
    return this.#isSealed;
  }

  /** Its agent has returned, or its time is over. */
  seal(): void {
    if (this.#isSealed) return;
    this.#isSealed = true;
    this.#cancelGrace();
    this.#pipe.seal();
    void this.#pipe.drained().then(() => this.#gone());
  }

  /** The run ends here after all. */
  abandon(): void {
    this.#cancelGrace();
  }
}

function handedOver(runId: string): SluiceError {
  const message = `run ${runId}: this process stops. Another one goes on with the run, behind its last checkpoint.`;
  return new SluiceError('RUN_HANDED_OVER', message, { runId });
}
