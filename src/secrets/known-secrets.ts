import { SluiceError } from '../errors/sluice-error.ts';
import { chooseDetectors } from './detector-choice.ts';
import type { Detectors, Sightings, Stretch } from './detectors.ts';
import { Marks, WITHHELD, type Replacement } from './marks.ts';
import { MaskCounts, type MaskReport } from './mask-report.ts';
import type { MaskContext, TextMask } from './mask-value.ts';
import { PatternTable, type Hit } from './pattern-table.ts';
import { PrefixTree } from './prefix-tree.ts';
import type { Encodings } from './secret-forms.ts';
import { SecretList, type SecretSource, type SecretValues } from './secret-list.ts';
import type { SecretRule } from './secret-rule.ts';

export type { SecretValues } from './secret-list.ts';

/** How secrets are looked for, and what is done with them. */
export interface MaskSettings {
  /** Whether secrets are recognised by their shape too, or the names of the rules that do. Default: false. */
  readonly detect?: boolean | readonly string[] | undefined;
  /** Shapes of your own, which are looked for besides. */
  readonly rules?: readonly SecretRule[] | undefined;
  /** Encodings in which values are looked for besides JSON, URLs and base64. */
  readonly encodings?: Encodings | undefined;
  /** What stands in the place of a secret. Default: `name`. */
  readonly replacement?: Replacement | undefined;
  /** Counts what would be masked, and masks nothing. Default: false. */
  readonly reportOnly?: boolean | undefined;
}

/** {@link MaskSettings} with the secrets that are known from the start; `detect` is on unless it is turned off. */
export interface SecretsOptions extends MaskSettings {
  readonly values?: SecretValues | undefined;
  /** More of them; a name that several have stands for all their values. */
  readonly sets?: readonly SecretValues[] | undefined;
}

/**
 * The secrets a process knows, and the masking of texts that hold them. What is added stays until it is removed
 * by name; a second value under the same name joins the first, so that a refreshed key never uncovers the old one.
 */
export class KnownSecrets implements TextMask {
  readonly #list = new SecretList(() => this.#forget());
  readonly #encodings: Encodings;
  readonly #detectors: Detectors | undefined;
  readonly #marks: Marks;
  readonly #counts = new MaskCounts();
  readonly #isTrial: boolean;
  #table: PatternTable | undefined;
  #prefixes: PrefixTree | undefined;

  /** Throws `BAD_OPTION`. */
  constructor(settings: MaskSettings = {}) {
    const { detect = false, rules = [], encodings = {}, replacement, reportOnly = false } = settings;
    this.#encodings = encodings;
    this.#detectors = chooseDetectors(detect, rules);
    this.#marks = new Marks(replacement);
    this.#isTrial = reportOnly;
  }

  /**
   * Learns a value of 4 to 16,384 characters, not counting white space around it, or asks a source for one. It is found as
   * it is and as it looks in JSON, URLs, hex and base64. Throws `BAD_OPTION`, whose message never holds the value.
   */
  add(name: string, value: string | SecretSource | undefined): this {
    this.#list.add(name, value);
    return this;
  }

  /** Forgets every value of a name, and its source; whether there was one. */
  remove(name: string): boolean {
    return this.#list.remove(name);
  }

  /**
   * Asks every source again, all at once, and learns what they give. A source that fails leaves what is known as it is.
   * Rejects with `BAD_OPTION`, which names those that failed, after all have answered.
   */
  refresh(): Promise<void> {
    return this.#list.refresh();
  }

  /** Nothing is looked for, until something is added. */
  get isEmpty(): boolean {
    return this.#list.isEmpty && !this.#detectors;
  }

  /** Values are found wherever they stand; shapes are not. */
  get ignoresBefore(): boolean {
    return this.#detectors === undefined;
  }

  /** What was masked since the start. Texts that pass twice are counted where something was left to mask. */
  report(): MaskReport {
    return this.#counts.report();
  }

  /**
   * The text with every occurrence of every secret replaced by `<secret:name>`; the same string if there is none.
   * Occurrences that overlap are covered whole: leftmost first, the longest at one place, and one more mark for
   * each that reaches further. Time is linear in the text and hardly depends on how many secrets there are.
   */
  mask(text: string, context?: MaskContext): string {
    const hit = this.#find(text, 0);
    const seen = this.#detectors?.look(text, context?.before);
    if (seen?.isSpent === true) {
      this.#counts.withhold();
      return this.#isTrial ? text : WITHHELD;
    }
    if (hit === undefined && (seen === undefined || seen.found.length === 0)) return text;
    const masked = this.#cover(text, this.#stretches(text, hit, inOrder(seen)), context?.place ?? '');
    return this.#isTrial ? text : masked;
  }

  /** Whether there is something to mask, in the text by itself or behind what stands before it. */
  finds(text: string, before = ''): boolean {
    if (this.#find(text, 0) !== undefined) return true;
    return this.#detectors?.finds(text, before) ?? false;
  }

  /**
   * How many characters at the end of the text have to wait, since with what follows they may become a secret, in
   * any of its forms. No secret in the text lies across the cut: what is before it can be masked and passed on by
   * itself, and masking what waits together with what follows gives the rest. 0 if nothing has to wait.
   * Linear in the text.
   */
  pending(text: string, before = ''): number {
    this.#prefixes ??= this.#buildPrefixes();
    let open = this.#prefixes.openEnd(text);
    let seen: Sightings | undefined;
    if (this.#detectors) {
      seen = this.#detectors.look(text, before);
      if (seen?.isSpent === true) return 0;
      open = Math.max(
        open,
        this.#detectors.openEnd(text, before),
        text.length - (seen?.openFrom ?? text.length),
      );
    }
    if (open === 0) return 0;
    const cut = this.#uncut(text, text.length - open, seen);
    return text.length - this.#uncutShape(text, cut, seen, before);
  }

  /**
   * Where a shape begins that would end at a cut only because of it: one that must not be followed by more of its
   * characters, and is. Else the cut itself.
   */
  #uncutShape(text: string, cut: number, seen: Sightings | undefined, before: string): number {
    const own = cut === 0 ? undefined : this.#detectors?.look(text.slice(0, cut), before);
    const torn = own?.found.find(
      ({ from, end }) => end === cut && !seen?.found.some(whole => whole.from === from && whole.end === end),
    );
    return torn ? this.#uncut(text, torn.from, seen) : cut;
  }

  /** Where the secrets that lie across a cut, one reaching over the next, begin; else the cut itself. */
  #uncut(text: string, cut: number, seen: Sightings | undefined): number {
    const hit = this.#find(text, 0);
    const found = seen?.found ?? NONE;
    if (hit === undefined && found.length === 0) return cut;
    let from = 0;
    let until = 0;
    for (const stretch of this.#stretches(text, hit, found)) {
      if (stretch.from >= cut) break;
      if (stretch.from >= until) ({ from } = stretch);
      until = Math.max(until, stretch.end);
    }
    return until > cut ? from : cut;
  }

  #cover(text: string, stretches: Iterable<Stretch & { readonly value?: string }>, place: string): string {
    let masked = '';
    let copied = 0;
    let last: string | undefined;
    for (const { start, end, name, value } of stretches) {
      const isApart = start >= copied;
      if (!isApart && end <= copied) continue;
      if (isApart) masked += text.slice(copied, start);
      if (isApart || name !== last) {
        masked += this.#marks.of(name, value ?? text.slice(start, end));
        this.#counts.count(name, place);
      }
      last = name;
      copied = end;
    }
    return masked + text.slice(copied);
  }

  /** What is known and what was seen, in order; at one place what is known comes first. */
  *#stretches(
    text: string,
    first: Hit | undefined,
    seen: readonly Stretch[],
  ): Generator<Stretch & { readonly value?: string }> {
    let hit = first;
    let at = 0;
    while (hit !== undefined || at < seen.length) {
      if (hit !== undefined && (at === seen.length || hit.start <= seen[at]!.from)) {
        yield { from: hit.start, ...hit };
        hit = this.#find(text, hit.start + 1);
      } else {
        yield seen[at++]!;
      }
    }
  }

  #find(text: string, from: number): Hit | undefined {
    const table = (this.#table ??= this.#build());
    return text.length - from < table.shortest ? undefined : table.find(text, from);
  }

  #forget(): void {
    this.#table = undefined;
    this.#prefixes = undefined;
  }

  #build(): PatternTable {
    return new PatternTable([...this.#list.patterns(this.#encodings).values()]);
  }

  #buildPrefixes(): PrefixTree {
    return new PrefixTree(this.#list.patterns(this.#encodings).keys(), (this.#table ??= this.#build()));
  }
}

const NONE: readonly Stretch[] = [];

/** By where they begin; of several at one place the longest. To mask them, where one has to begin to read is all the same. */
function inOrder(seen: Sightings | undefined): readonly Stretch[] {
  if (seen === undefined || seen.found.length === 0) return NONE;
  return seen.found
    .map(stretch => ({ ...stretch, from: stretch.start }))
    .sort((a, b) => a.start - b.start || b.end - a.end);
}

const OPTIONS = ['values', 'sets', 'detect', 'rules', 'encodings', 'reportOnly'] as const;

/**
 * Secrets known from the start; more can be added at any time. Takes names and values, or options, which are told by one of
 * them that is no text: `values` or `sets`, for example. Throws `BAD_OPTION`.
 */
export function knownSecrets(initial: SecretValues | SecretsOptions = {}): KnownSecrets {
  const options: SecretsOptions = isOptions(initial) ? { detect: true, ...initial } : { values: initial };
  const known = new KnownSecrets(options);
  const { values = {}, sets = [] } = options;
  if (!Array.isArray(sets)) throw badOption('sets', 'a list of { NAME: value }', sets);
  for (const set of [values, ...(sets as readonly SecretValues[])]) {
    if (typeof set !== 'object' || set === null) throw badOption('values', '{ NAME: value }', set);
    for (const [name, value] of Object.entries(set)) known.add(name, value);
  }
  return known;
}

function isOptions(given: SecretValues | SecretsOptions): given is SecretsOptions {
  return OPTIONS.some(name => !['undefined', 'string', 'function'].includes(typeof given[name]));
}

function badOption(option: string, expected: string, got: unknown): SluiceError {
  return new SluiceError('BAD_OPTION', `secrets.${option}: expected ${expected}, got a ${typeof got}.`);
}
