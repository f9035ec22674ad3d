let made = 0;

/** A set of ASCII characters. */
export class CharacterClass {
  /** Counts the classes of this process; what is kept per class is kept under it. */
  readonly id = made++;
  readonly #flags = new Uint8Array(128);

  /** Characters and ranges as between the brackets of a regular expression, without escapes; `-` first or last is itself. */
  constructor(chars: string) {
    for (let at = 0; at < chars.length; at++) {
      const from = chars.charCodeAt(at);
      const isRange = chars[at + 1] === '-' && at + 2 < chars.length;
      const to = isRange ? chars.charCodeAt(at + 2) : from;
      if (isRange) at += 2;
      for (let code = from; code <= to; code++) this.#flags[code] = 1;
    }
  }

  has(code: number): boolean {
    return code < 128 && this.#flags[code] === 1;
  }

  /** Each of them. */
  all(): string[] {
    return Array.from(this.#flags.keys())
      .filter(code => this.has(code))
      .map(code => String.fromCharCode(code));
  }
}
