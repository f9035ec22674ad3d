import { createHash } from 'node:crypto';

/** Longer names are told by their digest. */
const LONGEST = 200;

/**
 * Where policies keep what they remember; what belongs together has the same hash tag, and a name is written so that it
 * can hold no brace, space or line end:
 *
 * - `p:pb:{name}` text: when the bucket is full
 * - `p:pc:{name}` hash, `p:pf:{name}` and `p:pt:{name}` lists: a circuit, its failures, its trials (`scripts/circuit.ts`)
 * - `p:pa:{name}` hash: an account (`scripts/spend.ts`)
 */
export class PolicyKeys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  bucket(name: string): readonly [string] {
    return [`${this.#prefix}:pb:${tagOf(name)}`];
  }

  circuit(name: string): readonly [head: string, failed: string, trying: string] {
    const tag = tagOf(name);
    return [`${this.#prefix}:pc:${tag}`, `${this.#prefix}:pf:${tag}`, `${this.#prefix}:pt:${tag}`];
  }

  account(name: string): readonly [string] {
    return [`${this.#prefix}:pa:${tagOf(name)}`];
  }
}

function tagOf(name: string): string {
  // Half a character cannot be written.
  const written = encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\uFFFD'));
  if (written.length <= LONGEST) return `{${written}}`;
  return `{${written.slice(0, 40)}~${createHash('sha256').update(name).digest('base64url')}}`;
}
