import { SluiceError } from '../errors/sluice-error.ts';
import { PatternTable, type Pattern } from './pattern-table.ts';
import { PrefixTree } from './prefix-tree.ts';
import { secretForms } from './secret-forms.ts';

/** Names and values of secrets; absent and empty values are passed over, as an unset variable gives them. */
export type SecretValues = Readonly<Record<string, string | undefined>>;

const SHORTEST_SECRET = 4;
const LONGEST_SECRET = 16_384;
const NAME = /^[\w.:/-]{1,64}$/;

/**
 * The secrets a process knows, and the masking of texts that hold them. What is added stays until it is removed
 * by name; a second value under the same name joins the first, so that a refreshed key never uncovers the old one.
 */
export class KnownSecrets {
  readonly #values = new Map<string, Set<string>>();
  #table: PatternTable | undefined;
  #prefixes: PrefixTree | undefined;

  /**
   * Learns a value of 4 to 16,384 characters, not counting white space around it. It is found as it is and as it looks in JSON, URLs, hex and base64.
   * Throws `BAD_OPTION`, whose message never holds the value.
   */
  add(name: string, value: string | undefined): this {
    if (!NAME.test(name)) {
      throw badSecret('expected a name of 1 to 64 letters, digits or any of _ . : / -, got another one');
    }
    if (value === undefined || value === '') return this;
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
    if (values) values.add(secret);
    else this.#values.set(name, new Set([secret]));
    this.#forget();
    return this;
  }

  /** Forgets every value of a name; whether there was one. */
  remove(name: string): boolean {
    this.#forget();
    return this.#values.delete(name);
  }

  /**
   * The text with every occurrence of every secret replaced by `<secret:name>`; the same string if there is none.
   * Occurrences that overlap are covered whole: leftmost first, the longest at one place, and one more mark for
   * each that reaches further. Time is linear in the text and hardly depends on how many secrets there are.
   */
  mask(text: string): string {
    const table = (this.#table ??= this.#build());
    if (text.length < table.shortest) return text;
    let hit = table.find(text, 0);
    if (hit === undefined) return text;
    let masked = '';
    let copied = 0;
    while (hit !== undefined) {
      masked += text.slice(copied, hit.start) + markOf(hit.name);
      copied = hit.end;
      let { name } = hit;
      hit = table.find(text, hit.start + 1);
      while (hit !== undefined && hit.start < copied) {
        if (hit.end > copied) {
          if (hit.name !== name) masked += markOf(hit.name);
          ({ name } = hit);
          copied = hit.end;
        }
        hit = table.find(text, hit.start + 1);
      }
    }
    return masked + text.slice(copied);
  }

  /**
   * How many characters at the end of the text have to wait, since with what follows they may become a secret, in
   * any of its forms. No secret in the text lies across the cut: what is before it can be masked and passed on by
   * itself, and masking what waits together with what follows gives the rest. 0 if nothing has to wait.
   * Linear in the text.
   */
  pending(text: string): number {
    this.#prefixes ??= new PrefixTree(this.#patterns().keys());
    const open = this.#prefixes.openEnd(text);
    return open === 0 ? 0 : text.length - this.#uncut(text, text.length - open);
  }

  /** Where the secrets that lie across a cut, one reaching over the next, begin; else the cut itself. */
  #uncut(text: string, cut: number): number {
    const table = (this.#table ??= this.#build());
    let from = 0;
    let until = 0;
    for (let hit = table.find(text, 0); hit && hit.start < cut; hit = table.find(text, hit.start + 1)) {
      if (hit.start >= until) from = hit.start;
      until = Math.max(until, hit.end);
    }
    return until > cut ? from : cut;
  }

  #forget(): void {
    this.#table = undefined;
    this.#prefixes = undefined;
  }

  #build(): PatternTable {
    return new PatternTable([...this.#patterns().values()]);
  }

  #patterns(): Map<string, Pattern> {
    const patterns = new Map<string, Pattern>();
    for (const [name, values] of this.#values) {
      for (const value of values) {
        for (const text of secretForms(value)) if (!patterns.has(text)) patterns.set(text, { text, name });
      }
    }
    return patterns;
  }
}

/** Secrets known from the start; more can be added at any time. Throws `BAD_OPTION`. */
export function knownSecrets(initial: SecretValues = {}): KnownSecrets {
  const known = new KnownSecrets();
  for (const [name, value] of Object.entries(initial)) known.add(name, value);
  return known;
}

function markOf(name: string): string {
  return `<secret:${name}>`;
}

function badSecret(what: string): SluiceError {
  return new SluiceError(
    'BAD_OPTION',
    `secrets: ${what}. Pass { NAME: value }, for example from process.env.`,
  );
}
