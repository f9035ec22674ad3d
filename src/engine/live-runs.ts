import type { RunKey } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { RunActor } from '../run/run.ts';

/** The runs whose actors live in this process, from admission to their end. */
export class LiveRuns {
  readonly #limit: number;
  readonly #actors = new Map<RunKey, RunActor>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#actors.size;
  }

  /** Whether one more than those alive and `asked` finds room. Throws `TOO_MANY_RUNS`. */
  checkRoom(asked: number): void {
    if (this.#actors.size + asked < this.#limit) return;
    throw new SluiceError(
      'TOO_MANY_RUNS',
      `engine: ${this.#limit} runs are alive, which is the limit. Wait until some end, or raise limits.liveRuns.`,
    );
  }

  get(key: RunKey): RunActor | undefined {
    return this.#actors.get(key);
  }

  add(key: RunKey, actor: RunActor): void {
    this.#actors.set(key, actor);
  }

  remove(key: RunKey): void {
    this.#actors.delete(key);
  }

  all(): readonly RunActor[] {
    return [...this.#actors.values()];
  }
}
