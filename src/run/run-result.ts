import type { RunOutcome } from './ending.ts';

/** The outcome of a run as a promise that is made when somebody asks, and whose rejection may go unheard. */
export class RunResult {
  #outcome: RunOutcome | undefined;
  #promise: Promise<unknown> | undefined;
  #waiting: (() => void) | undefined;

  get outcome(): RunOutcome | undefined {
    return this.#outcome;
  }

  settle(outcome: RunOutcome): void {
    this.#outcome ??= outcome;
    this.#waiting?.();
  }

  get promise(): Promise<unknown> {
    if (!this.#promise) {
      this.#promise = new Promise((resolve, reject) => {
        this.#waiting = () =>
          this.#outcome!.ok ? resolve(this.#outcome!.value) : reject(this.#outcome!.error);
        if (this.#outcome) this.#waiting();
      });
      this.#promise.catch(() => undefined);
    }
    return this.#promise;
  }
}
