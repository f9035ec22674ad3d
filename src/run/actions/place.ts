import type { SluiceError } from '../../errors/sluice-error.ts';

/** Something under way that ends with the place it was begun in, unless it ends before. */
export interface Inmate {
  /** Ends it, and first what is inside of it. Never throws. */
  abort(error: SluiceError): void;
  /** What it was begun in is over and it goes on, in the place around that. */
  moveTo(place: Place): void;
}

/** Where calls are made: the run itself, or a call around them. Knows what is under way inside of it. */
export class Place {
  /** Slash path of the steps down to here; absent for the run itself. */
  readonly path: string | undefined;
  /** Which wave of a graph it belongs to. */
  readonly wave: number | undefined;
  /** Whether it is that wave itself, so that its nodes are inside. */
  readonly isWave: boolean;
  /** The seq of the event that opened it, once it is known to be stored. */
  opened: number | undefined;
  #waves = 0;
  #inside: Set<Inmate> | undefined;

  constructor(path: string | undefined, wave: number | undefined, isWave = false) {
    this.path = path;
    this.wave = wave;
    this.isWave = isWave;
    this.opened = undefined;
  }

  /** How many are under way directly inside. */
  get size(): number {
    return this.#inside?.size ?? 0;
  }

  /** The index of the next wave in here. */
  nextWave(): number {
    return this.#waves++;
  }

  adopt(inmate: Inmate): void {
    (this.#inside ??= new Set()).add(inmate);
  }

  release(inmate: Inmate): void {
    this.#inside?.delete(inmate);
  }

  /** Ends all that is under way inside, the newest first. */
  abortInside(error: SluiceError): void {
    const inside = this.#inside;
    if (!inside || inside.size === 0) return;
    this.#inside = undefined;
    for (const inmate of [...inside].reverse()) inmate.abort(error);
  }

  /** Hands over what is still under way to the place around this one. */
  moveInside(place: Place): void {
    const inside = this.#inside;
    if (!inside || inside.size === 0) return;
    this.#inside = undefined;
    for (const inmate of inside) inmate.moveTo(place);
  }
}
