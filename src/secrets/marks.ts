import { SluiceError } from '../errors/sluice-error.ts';
import { randomName } from '../time/random-name.ts';

/**
 * What stands in the place of a secret: `name`, `<secret:NAME>`; `fixed`, `<secret>`; `hash`, `<secret:NAME:k3x9q0>`
 * with a tag that is the same for the same value.
 */
export type Replacement = 'name' | 'fixed' | 'hash';

/** What stands in the place of a text that was not looked through to the end. */
export const WITHHELD = '<withheld>';

const TAG_LENGTH = 6;
const MOST_TAGS = 10_000;

/**
 * Makes marks. The tags are drawn and remembered, and not computed of the values: nobody who guesses a value can
 * check the guess by its tag. They differ between processes; after 10,000 values the oldest is forgotten.
 */
export class Marks {
  readonly #replacement: Replacement;
  readonly #tags = new Map<string, string>();

  /** Throws `BAD_OPTION`. */
  constructor(replacement: Replacement = 'name') {
    if (!['name', 'fixed', 'hash'].includes(replacement)) {
      throw new SluiceError(
        'BAD_OPTION',
        `secrets.replacement: expected name, fixed or hash, got ${JSON.stringify(replacement)?.slice(0, 80)}.`,
      );
    }
    this.#replacement = replacement;
  }

  of(name: string, value: string): string {
    if (this.#replacement === 'name') return `<secret:${name}>`;
    return this.#replacement === 'fixed' ? '<secret>' : `<secret:${name}:${this.#tagOf(value)}>`;
  }

  #tagOf(value: string): string {
    const known = this.#tags.get(value);
    if (known !== undefined) return known;
    if (this.#tags.size === MOST_TAGS) {
      for (const oldest of this.#tags.keys()) {
        this.#tags.delete(oldest);
        break;
      }
    }
    const tag = randomName(TAG_LENGTH);
    this.#tags.set(value, tag);
    return tag;
  }
}
