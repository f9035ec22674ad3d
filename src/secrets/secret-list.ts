import { SluiceError } from '../errors/sluice-error.ts';
import type { Pattern } from './pattern-table.ts';
import { secretForms, type Encodings } from './secret-forms.ts';

/** Where a value comes from: asked when it is added, and again at every `refresh()`. Nothing means none for now. */
export type SecretSource = () => string | undefined | Promise<string | undefined>;

/** Names and values of secrets; absent and empty values are passed over, as an unset variable gives them. */
export type SecretValues = Readonly<Record<string, string | SecretSource | undefined>>;

const SHORTEST_SECRET = 4;
const LONGEST_SECRET = 16_384;
const NAME = /^[\w.:/-]{1,64}$/;

/** Values by name, and where they come from. Only ever grows, but by `remove`. */
export class SecretList {
  readonly #values = new Map<string, Set<string>>();
  readonly #sources = new Map<string, SecretSource>();
  readonly #changed: () => void;

  /** `changed` is called whenever there is a value more or less. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /** Throws `BAD_OPTION`. */
  add(name: string, value: string | SecretSource | undefined): void {
    if (!NAME.test(name)) {
      throw badSecret('expected a name of 1 to 64 letters, digits or any of _ . : / -, got another one');
    }
    if (typeof value === 'function') this.#addSource(name, value);
    else this.#learn(name, value);
  }

  /** Whether there was one. */
  remove(name: string): boolean {
    const hadSource = this.#sources.delete(name);
    const hadValue = this.#values.delete(name);
    if (hadValue) this.#changed();
    return hadSource || hadValue;
  }

  async refresh(): Promise<void> {
    const asked = [...this.#sources].map(async ([name, source]) => {
      const value = await source();
      // Removed in the meantime, it stays removed.
      if (this.#sources.get(name) === source) this.#learn(name, value);
      return name;
    });
    const answers = await Promise.allSettled(asked);
    const names = [...this.#sources.keys()];
    const failed = names.filter((_, at) => answers[at]?.status === 'rejected');
    // What a source throws may hold the value or how to get at it.
    if (failed.length > 0)
      throw badSecret(`expected a value from every source, got none from ${failed.join(', ')}`);
  }

  /** Every form of every value, and of equal ones only the first. */
  patterns(encodings: Encodings): Map<string, Pattern> {
    const patterns = new Map<string, Pattern>();
    for (const [name, values] of this.#values) {
      for (const value of values) {
        for (const text of secretForms(value, encodings)) {
          if (!patterns.has(text)) patterns.set(text, { text, name, value });
        }
      }
    }
    return patterns;
  }

  #addSource(name: string, source: SecretSource): void {
    const first = source();
    this.#sources.set(name, source);
    if (typeof first !== 'object') this.#learn(name, first);
    // Whoever waits for it calls refresh(), which tells of failures.
    else
      void first
        .then(value => this.#sources.get(name) === source && this.#learn(name, value))
        .catch(() => undefined);
  }

  #learn(name: string, value: string | undefined): void {
    if (value === undefined || value === '') return;
    if (typeof value !== 'string') throw badSecret(`expected a string for "${name}", got a ${typeof value}`);
    // Read from a file, a secret often ends in a line break with which nobody prints it.
    const secret = value.trim();
    if (secret.length < SHORTEST_SECRET || secret.length > LONGEST_SECRET) {
      throw badSecret(
        `expected ${SHORTEST_SECRET} to ${LONGEST_SECRET} characters for "${name}", got ${secret.length}`,
      );
    }
    if (name.includes(secret))
      throw badSecret('expected a name that does not contain its value, got one that does');
    const values = this.#values.get(name);
    if (values?.has(secret)) return;
    if (values) values.add(secret);
    else this.#values.set(name, new Set([secret]));
    this.#changed();
  }
}

function badSecret(what: string): SluiceError {
  return new SluiceError(
    'BAD_OPTION',
    `secrets: ${what}. Pass { NAME: value }, for example from process.env.`,
  );
}
