import { afterThisCall } from '../../time/after-this-call.ts';
import { nextFrame } from '../../time/next-frame.ts';

/** What is open while somebody looks at it. */
export interface Attraction {
  open(): void;
  close(): void;
  /** Makes ready what those who are told will look at. */
  show(): void;
}

/**
 * Those who look at one thing. Whether anybody does is decided behind the call that is under way: React's StrictMode
 * comes, goes and comes again in one, and a page that is changed lets one component go and another come.
 */
export class Audience {
  readonly #attraction: Attraction;
  readonly #listeners = new Set<{ readonly tell: () => void }>();
  #isOpen = false;
  #stopFrame: (() => void) | undefined;

  constructor(attraction: Attraction) {
    this.#attraction = attraction;
  }

  /** Returns what lets the listener go. */
  add(tell: () => void): () => void {
    const listener = { tell };
    this.#listeners.add(listener);
    afterThisCall(this.#decide);
    return () => {
      if (this.#listeners.delete(listener)) afterThisCall(this.#decide);
    };
  }

  /** Tells everybody before the next frame is drawn, once, however often it is called. */
  tell(): void {
    if (this.#isOpen) this.#stopFrame ??= nextFrame(this.#show);
  }

  readonly #show = (): void => {
    this.#stopFrame = undefined;
    this.#attraction.show();
    for (const { tell } of this.#listeners) tell();
  };

  readonly #decide = (): void => {
    const isWanted = this.#listeners.size > 0;
    if (isWanted === this.#isOpen) return;
    this.#isOpen = isWanted;
    if (isWanted) return this.#attraction.open();
    this.#stopFrame?.();
    this.#stopFrame = undefined;
    this.#attraction.close();
  };
}
