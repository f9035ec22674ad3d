import type { Observation } from './observer.ts';
import type { Observers } from './observers.ts';

/** The observers of an engine, in the order in which they were registered. */
export class ObserverList implements Iterable<Observation> {
  readonly #observers: Observers;

  constructor(observers: Observers) {
    this.#observers = observers;
  }

  [Symbol.iterator](): Iterator<Observation> {
    return this.#observers.all[Symbol.iterator]();
  }

  /** How many there are. */
  get size(): number {
    return this.#observers.all.length;
  }

  get(id: string): Observation | undefined {
    return this.#observers.get(id);
  }

  /** Ends one at once; whether there was one. */
  remove(id: string): boolean {
    const observation = this.#observers.get(id);
    observation?.unsubscribe();
    return observation !== undefined;
  }

  /** Resolves when all of them are done with what was committed before. Never rejects. */
  flush(): Promise<void> {
    return this.#observers.flush();
  }
}
