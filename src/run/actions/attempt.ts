import type { Outcome } from '../../event/proposal.ts';
import { Place } from './place.ts';

/**
 * One attempt of a call, from its opening event to its ending: the place of what is done inside. It is also the receipt
 * of its opening, since who follows from it names its seq.
 */
export class Attempt extends Place {
  /** 1 for the first. */
  readonly number: number;
  /** How long it has taken is counted from here, in milliseconds of the clock that only grows. */
  since = 0;
  /** Where it stands: at work; over, and its failure is judged; closed by one of its endings. */
  state: 'open' | 'failing' | 'succeeded' | 'failed' = 'open';
  readonly #lost: (error: unknown) => void;
  #stopped: { readonly reason: unknown } | undefined;
  #controller: AbortController | undefined;

  /** `lost` is told if the opening could not be stored. */
  constructor(
    place: { readonly path: string | undefined; readonly wave: number | undefined; readonly isWave: boolean },
    number: number,
    lost: (error: unknown) => void,
  ) {
    super(place.path, place.wave, place.isWave);
    this.number = number;
    this.#lost = lost;
  }

  /** Fires when it is to stop. Made when somebody asks for it: most work never does. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#stopped) this.#controller.abort(this.#stopped.reason);
    }
    return this.#controller.signal;
  }

  /** Tells the work to stop. */
  stop(reason: unknown): void {
    this.#stopped = { reason };
    this.#controller?.abort(reason);
  }

  settle(outcome: Outcome): void {
    if (outcome.outcome === 'stored') this.opened = outcome.seq;
  }

  fail(error: unknown): void {
    this.#lost(error);
  }
}
