import { isInsideWord } from './inside-word.ts';
import { PatternTable } from './pattern-table.ts';
import { PrefixTree } from './prefix-tree.ts';
import type { SecretShape, Sighting } from './secret-rule.ts';
import { TextScan } from './text-scan.ts';

/** A stretch of a text that gives something away. */
export interface Stretch {
  /** Where one has to begin to read in order to see that; at `start` or before it. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** What the detectors saw in a text. */
export interface Sightings {
  /** By `from`. */
  readonly found: readonly Stretch[];
  /** Where the first shape begins that the end of the text cut off; the length of the text if none. */
  readonly openFrom: number;
  /** The text asked for more work than a text may: nothing of it may pass. */
  readonly isSpent: boolean;
  /** Characters and rules looked at. */
  readonly looks: number;
}

interface Anchored {
  readonly text: string;
  readonly length: number;
  readonly shape: SecretShape;
}

const NOTHING: readonly Stretch[] = [];

/** Looks for secrets by their shape. A text without any of their beginnings costs little more than its length. */
export class Detectors {
  readonly #anchors: PatternTable;
  /** Per anchor the shapes that begin so, with all of it or with its beginning; the longest prefix first. */
  readonly #byAnchor = new Map<string, readonly Anchored[]>();
  readonly #wholeOpenings: PrefixTree;
  readonly #openings: PrefixTree;

  constructor(shapes: readonly SecretShape[]) {
    const all = shapes.flatMap(shape => shape.anchors.map(({ text, length }) => ({ text, length, shape })));
    const own = new Map<string, Anchored[]>();
    for (const anchored of all) {
      const others = own.get(anchored.text);
      if (others) others.push(anchored);
      else own.set(anchored.text, [anchored]);
    }
    for (const [text, anchored] of own) {
      const shorter = Array.from(text, (_, length) => own.get(text.slice(0, length)) ?? []);
      this.#byAnchor.set(
        text,
        [...anchored, ...shorter.flat()].sort((a, b) => b.length - a.length),
      );
    }
    this.#anchors = tableOf(this.#byAnchor.keys());
    const openings = (isWhole: boolean): PrefixTree => {
      const texts = all.filter(({ shape }) => shape.isWhole === isWhole).map(({ text }) => text);
      return new PrefixTree(texts, tableOf(new Set(texts)));
    };
    this.#wholeOpenings = openings(true);
    this.#openings = openings(false);
  }

  /** Looks through a text; `before` is what stands in front of it, of which the last 12 characters count. */
  look(text: string, before = ''): Sightings | undefined {
    let hit = this.#anchors.find(text, 0);
    if (hit === undefined) return undefined;
    const scan = new TextScan(text, before);
    let found: Stretch[] | undefined;
    let openFrom = text.length;
    while (hit !== undefined) {
      if (scan.isSpent) return { found: NOTHING, openFrom, isSpent: true, looks: scan.looks };
      let next = hit.start + 1;
      for (const { length, shape } of this.#byAnchor.get(hit.name)!) {
        scan.looks++;
        if (shape.isWhole && scan.isInsideWord(hit.start)) continue;
        const seen: Sighting | undefined = shape.see(scan, hit.start, hit.start + length);
        if (seen === undefined) continue;
        if (seen.isOpen) openFrom = Math.min(openFrom, hit.start);
        if (seen.end === seen.start) continue;
        (found ??= []).push({ from: hit.start, start: seen.start, end: seen.end, name: shape.name });
        // What a shape masks from its beginning on may hide the beginning of another, which is masked with it.
        if (seen.start === hit.start) next = seen.end;
        break;
      }
      hit = this.#anchors.find(text, next);
    }
    return { found: found ?? NOTHING, openFrom, isSpent: scan.isSpent, looks: scan.looks };
  }

  /** Whether something is seen, or cannot be ruled out, in the text by itself or behind what stands before it. */
  finds(text: string, before: string): boolean {
    if (this.#anchors.find(text, 0) === undefined) return false;
    return [...new Set(['', before])].some(front => {
      const seen = this.look(text, front);
      return seen !== undefined && (seen.isSpent || seen.found.length > 0);
    });
  }

  /** How many characters at the end of a text may be the first of a prefix. */
  openEnd(text: string, before = ''): number {
    const anywhere = this.#openings.openEnd(text);
    const whole = this.#wholeOpenings.openEnd(
      text,
      length => !isInsideWord(text, text.length - length, before),
    );
    return Math.max(anywhere, whole);
  }
}

function tableOf(texts: Iterable<string>): PatternTable {
  return new PatternTable(Array.from(texts, text => ({ text, name: text, value: text })));
}
