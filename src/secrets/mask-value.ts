/** What stands where a value was too deep or too much to look through. */
export const TRUNCATED = '[truncated]';

/** Deeper containers are cut off; JSON of people and models stays far above. */
const DEEPEST = 64;
/** More values in one tree are cut off. An event of the default 256 KB cannot hold as many. */
const MOST_VALUES = 200_000;

/** Where a text stands. */
export interface MaskContext {
  /** What stands directly in front of it, of which the last 12 characters count; for text that comes in pieces. */
  readonly before?: string | undefined;
  /** Where it was found, such as `args.headers[].value`; for the counts. */
  readonly place?: string | undefined;
}

/** Masks one text; returns the same string if there is nothing to mask. */
export interface TextMask {
  mask(text: string, context?: MaskContext): string;
  /** Whether there is something to mask, by itself or behind `before`; a mask without it is asked to mask. */
  finds?(text: string, before?: string): boolean;
  /**
   * How many characters at the end of the text may still become part of a secret, with what follows; what is before
   * them can be masked by itself. A mask without it looks at whole texts only.
   */
  pending?(text: string, before?: string): number;
  /** Nothing is looked for, for now. */
  readonly isEmpty?: boolean;
  /** What stands in front of a text makes no difference, so that nobody has to keep it. Default: false. */
  readonly ignoresBefore?: boolean;
}

/** What {@link maskValue} found. */
export interface Masked {
  /** The very same value if nothing was masked, else a copy of the changed branches. */
  readonly value: unknown;
  /** By how many characters its JSON may have become longer; negative if it is shorter. */
  readonly growth: number;
}

/**
 * Masks every string and every object key in a tree of plain JSON, at any depth, copying only what changes.
 * Synchronous, linear, and bounded in depth and number of values: what lies beyond is replaced by
 * `[truncated]`, since what was not looked at must not pass. `root` is what its place begins with in the counts.
 */
export function maskValue(value: unknown, text: TextMask, root = ''): Masked {
  if (typeof value === 'object' && value !== null) {
    const walk = new Walk(text, root);
    const masked = walk.visit(value, 0);
    return { value: masked, growth: walk.growth };
  }
  if (typeof value !== 'string') return { value, growth: 0 };
  const masked = text.mask(value, { place: root });
  return { value: masked, growth: masked.length - value.length };
}

/**
 * Whether a plain object of texts and scalars holds nothing to mask. Most data is such an object and has nothing, and
 * this way it costs no allocation. `false` only says that {@link maskValue} has to look.
 */
export function isClean(object: object, text: TextMask): boolean {
  const keys = Object.keys(object);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    const member = (object as Record<string, unknown>)[key];
    if (typeof member === 'string') {
      if (finds(text, member)) return false;
    } else if (typeof member === 'object' && member !== null) {
      return false;
    }
    if (finds(text, key)) return false;
  }
  return true;
}

function finds(mask: TextMask, text: string): boolean {
  return mask.finds ? mask.finds(text) : mask.mask(text) !== text;
}

class Walk implements MaskContext {
  growth = 0;
  #visited = 0;
  readonly #text: TextMask;
  /** The keys that lead to where the walk is; `undefined` for the items of a list. */
  readonly #path: (string | undefined)[] = [];
  readonly #root: string;

  constructor(text: TextMask, root: string) {
    this.#text = text;
    this.#root = root;
  }

  /** Put together only where something was found. */
  get place(): string {
    return this.#path.reduce<string>((path, key) => {
      if (key === undefined) return `${path}[]`;
      return path === '' ? key : `${path}.${key}`;
    }, this.#root);
  }

  visit(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#maskText(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === DEEPEST) return this.#cut();
    return Array.isArray(value) ? this.#visitArray(value, depth + 1) : this.#visitObject(value, depth + 1);
  }

  #maskText(value: string): string {
    const masked = this.#text.mask(value, this);
    this.growth += masked.length - value.length;
    return masked;
  }

  #cut(): string {
    this.growth += TRUNCATED.length + 2;
    return TRUNCATED;
  }

  #visitArray(array: readonly unknown[], depth: number): readonly unknown[] {
    let copy: unknown[] | undefined;
    this.#path.push(undefined);
    for (let at = 0; at < array.length; at++) {
      if (++this.#visited > MOST_VALUES) {
        this.#path.pop();
        return [...(copy ?? array).slice(0, at), this.#cut()];
      }
      const before = array[at];
      const after = this.visit(before, depth);
      if (after !== before) (copy ??= [...array])[at] = after;
    }
    this.#path.pop();
    return copy ? Object.freeze(copy) : array;
  }

  #visitObject(object: object, depth: number): object {
    const source = object as Record<string, unknown>;
    const keys = Object.keys(source);
    let copy: Record<string, unknown> | undefined;
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]!;
      if (++this.#visited > MOST_VALUES) {
        copy ??= copyOf(source, keys, at);
        put(copy, TRUNCATED, this.#cut());
        return copy;
      }
      const before = source[key];
      const newKey = this.#maskText(key);
      this.#path.push(newKey);
      const after = this.visit(before, depth);
      this.#path.pop();
      if (copy === undefined && (newKey !== key || after !== before)) copy = copyOf(source, keys, at);
      if (copy !== undefined) put(copy, newKey === key ? key : this.#unused(copy, source, newKey), after);
    }
    return copy ? Object.freeze(copy) : object;
  }

  /** Two keys may become one by masking; neither value may be lost. */
  #unused(copy: object, source: object, key: string): string {
    let free = key;
    for (let twin = 2; Object.hasOwn(copy, free) || Object.hasOwn(source, free); twin++)
      free = `${key}#${twin}`;
    this.growth += free.length - key.length;
    return free;
  }
}

function copyOf(
  source: Record<string, unknown>,
  keys: readonly string[],
  until: number,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (let at = 0; at < until; at++) put(copy, keys[at]!, source[keys[at]!]);
  return copy;
}

function put(target: Record<string, unknown>, key: string, value: unknown): void {
  // Assigning to this one key would set the prototype instead.
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    target[key] = value;
  }
}
