/** A text that a pattern matches, and the part of it that is the secret. */
export interface Sample {
  readonly text: string;
  readonly secret: string;
}

type Random = () => number;

const DIGITS = '0123456789';
const SMALL = 'abcdefghijklmnopqrstuvwxyz';
const LETTERS = SMALL + SMALL.toUpperCase();
const WORD = `${LETTERS}${DIGITS}_`;
const SETS: Readonly<Record<string, string>> = { d: DIGITS, w: WORD, s: ' ' };
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
/** So many more than the least where a pattern sets no bound. */
const MORE = 24;

/**
 * A random text that a pattern in the syntax of RE2 matches. Knows what rules of secret scanners are made of: literals, classes,
 * groups, alternatives, counts and flags; throws a `SyntaxError` for anything else.
 */
export function samplePattern(pattern: string, random: Random): Sample {
  const writer = new SampleWriter(pattern, random);
  const text = writer.alternatives(false);
  if (!writer.isAtEnd) throw new SyntaxError(`expected the end at ${writer.rest}`);
  return { text, secret: writer.firstGroup ?? text };
}

class SampleWriter {
  /** What the first group that is not `(?:…)` made. */
  firstGroup: string | undefined;
  readonly #pattern: string;
  readonly #random: Random;
  #at = 0;
  #hasGroup = false;

  constructor(pattern: string, random: Random) {
    this.#pattern = pattern;
    this.#random = random;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  get rest(): string {
    return this.#pattern.slice(this.#at, this.#at + 20);
  }

  /** All are written, and one of them is taken: the flags and the place must move on over the others. */
  alternatives(ignoresCase: boolean): string {
    const written = [this.#sequence(ignoresCase)];
    while (this.#takes('|')) written.push(this.#sequence(ignoresCase));
    return this.#oneOf(written);
  }

  #sequence(startsIgnoring: boolean): string {
    let ignoresCase = startsIgnoring;
    let text = '';
    while (!this.isAtEnd && !this.rest.startsWith('|') && !this.rest.startsWith(')')) {
      const flags = /^\(\?([is]*)(-i)?\)/.exec(this.rest);
      if (flags) {
        this.#at += flags[0].length;
        ignoresCase = flags[1]!.includes('i') || (ignoresCase && flags[2] === undefined);
      } else {
        text += this.#counted(ignoresCase);
      }
    }
    return text;
  }

  #counted(ignoresCase: boolean): string {
    const from = this.#at;
    const first = this.#atom(ignoresCase);
    const until = this.#at;
    const count = this.#count();
    if (count === undefined) return first;
    const behind = this.#at;
    let text = '';
    for (let n = 0; n < count; n++) {
      this.#at = from;
      text += this.#atom(ignoresCase);
      if (this.#at !== until) throw new SyntaxError('expected the same part again');
    }
    this.#at = behind;
    return text;
  }

  #count(): number | undefined {
    const match = /^(?:\{(\d+)(,?)(\d*)\}|([?*+]))\??/.exec(this.rest);
    if (!match) return undefined;
    this.#at += match[0].length;
    const [, least, comma, most, sign] = match;
    if (sign !== undefined) return this.#between(sign === '+' ? 1 : 0, sign === '?' ? 1 : MORE);
    if (comma === '') return Number(least);
    return this.#between(Number(least), most === '' ? Number(least) + MORE : Number(most));
  }

  #atom(ignoresCase: boolean): string {
    if (this.rest.startsWith('(')) return this.#group(ignoresCase);
    if (this.rest.startsWith('[')) return this.#class(ignoresCase);
    const char = this.#next();
    if (char === '\\') return this.#escape();
    // A dot that stands for any character mostly means itself.
    return char === '^' || char === '$' ? '' : char;
  }

  #group(ignoresCase: boolean): string {
    const head = /^\((?:\?(?:P<\w+>|([is]*)(-i)?:))?/.exec(this.rest)!;
    this.#at += head[0].length;
    const isCaught = !/:$/.test(head[0]);
    const isFirst = isCaught && !this.#hasGroup;
    this.#hasGroup ||= isCaught;
    const text = this.alternatives(head[1]?.includes('i') === true || (ignoresCase && head[2] === undefined));
    if (!this.#takes(')')) throw new SyntaxError(`expected ) at ${this.rest}`);
    if (isFirst) this.firstGroup = text;
    return text;
  }

  #class(ignoresCase: boolean): string {
    const match = /^\[(\^?)((?:\[:\w+:\]|\\.|[^\]\\])+)\]/.exec(this.#pattern.slice(this.#at));
    if (!match) throw new SyntaxError(`expected a class at ${this.rest}`);
    this.#at += match[0].length;
    const listed = this.#listed(match[2]!);
    const all = ignoresCase ? listed + listed.toLowerCase() + listed.toUpperCase() : listed;
    return this.#oneOf([...(match[1] === '^' ? [...WORD].filter(char => !all.includes(char)) : all)]);
  }

  #listed(body: string): string {
    const plain = body
      .replaceAll('[:alnum:]', 'a-zA-Z0-9')
      .replaceAll('\\w', 'a-zA-Z0-9_')
      .replaceAll('\\d', '0-9')
      .replaceAll('\\S', 'a-zA-Z0-9')
      .replaceAll('\\s', ' ')
      .replace(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
      .replace(/\\([nrt])/g, (_, name: string) => CONTROLS[name]!);
    let listed = '';
    for (const [, escaped, from, to] of plain.matchAll(/\\(.)|([^\\])(?:-(?=.)(\w))?/gs)) {
      const first = escaped ?? from!;
      const last = to ?? first;
      for (let code = first.charCodeAt(0); code <= last.charCodeAt(0); code++)
        listed += String.fromCharCode(code);
    }
    return listed;
  }

  #escape(): string {
    const char = this.#next();
    if (char === 'b' || char === 'z') return '';
    if (char === 'x') return String.fromCharCode(parseInt(this.#next() + this.#next(), 16));
    const set = SETS[char];
    return set === undefined ? (CONTROLS[char] ?? char) : this.#oneOf([...set]);
  }

  #next(): string {
    return this.#pattern[this.#at++] ?? '';
  }

  #takes(char: string): boolean {
    if (this.#pattern[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #oneOf(choices: readonly string[]): string {
    return choices[Math.floor(this.#random() * choices.length)] ?? '';
  }

  #between(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }
}
