import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';
import { PatternTable } from '../../src/secrets/pattern-table.ts';
import { PrefixTree } from '../../src/secrets/prefix-tree.ts';
import { secretForms } from '../../src/secrets/secret-forms.ts';

const letters = fc.constantFrom('a', 'b', 'c', '\u00e9', '\ud83d\ude00', '\ud83d');
const secret = fc.string({ unit: letters, minLength: 4, maxLength: 12 });

function treeOf(patterns: readonly string[]): PrefixTree {
  return new PrefixTree(patterns, new PatternTable(patterns.map(text => ({ text, name: 'K', value: text }))));
}

function naiveOpenEnd(text: string, patterns: readonly string[]): number {
  for (let from = 0; from < text.length; from++) {
    const end = text.slice(from);
    if (patterns.some(pattern => pattern.length > end.length && pattern.startsWith(end))) return end.length;
  }
  return 0;
}

describe('PrefixTree', () => {
  it('finds the longest end of a text that begins a pattern, as a naive search does', () => {
    const parts = fc
      .uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 4, maxLength: 9 }), {
        maxLength: 8,
      })
      .chain(patterns =>
        fc.tuple(
          fc.constant(patterns),
          fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 20 }), { maxLength: 5 }),
        ),
      );
    fc.assert(
      fc.property(parts, ([patterns, texts]) => {
        const tree = treeOf(patterns);
        for (const text of texts) expect(tree.openEnd(text)).toBe(naiveOpenEnd(text, patterns));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['one letter', (n: number) => ['a'.repeat(n)], (n: number) => 'a'.repeat(n)],
    [
      'nearly a pattern',
      (n: number) => [`${'a'.repeat(n)}b${'a'.repeat(n)}`],
      (n: number) => `${'a'.repeat(n)}c${'a'.repeat(n)}`,
    ],
    [
      'many nested patterns',
      (n: number) => [1, 2, 3, 4].map(k => `${'ab'.repeat(n / k)}c`),
      (n: number) => 'ab'.repeat(n),
    ],
  ])('does work in line with the length of the text: %s', (_, patternsOf, textOf) => {
    const stepsFor = (n: number): number => {
      const tree = treeOf(patternsOf(n));
      tree.openEnd(textOf(n));
      return tree.steps;
    };
    for (const n of [1200, 2400, 4800, 9600]) expect(stepsFor(n)).toBeLessThan(n * 16);
  });
});

describe('pending', () => {
  it('tells how much of the end may still become a secret', () => {
    const known = knownSecrets({ KEY: 'hunter22' });
    expect(known.pending('a hunt')).toBe(4);
    expect(known.pending('a hunter22')).toBe(0);
    expect(known.pending('a hunts')).toBe(0);
    expect(known.pending('')).toBe(0);
    expect(knownSecrets().pending('hunt')).toBe(0);
  });

  it('knows the encoded forms, and values learned later', () => {
    const known = knownSecrets({ KEY: 'hunter22' });
    expect(known.pending('x aHVudGV')).toBe(7);
    known.add('OTHER', 'swordfish');
    expect(known.pending('a sword')).toBe(5);
  });

  it('waits for the longer of two secrets, and never cuts one that is complete', () => {
    const known = knownSecrets({ SHORT: 'abcd', LONG: 'abcdefgh' });
    expect(known.pending('-abcd')).toBe(4);
    expect(knownSecrets({ A: 'abab' }).pending('-abab')).toBe(4);
    expect(knownSecrets({ A: 'abcdef', B: 'defghi', C: 'hijkl' }).pending('-abcdefghi')).toBe(9);
  });

  it('cuts so that the masked pieces make the masked whole, for any text, secrets and chunks', () => {
    const given = fc.dictionary(fc.constantFrom('K1', 'K2', 'K3'), secret, { minKeys: 1 }).chain(values => {
      const forms = Object.values(values).flatMap(value => secretForms(value));
      const part = fc.oneof(fc.constantFrom(...forms), fc.string({ unit: letters, maxLength: 5 }));
      return fc.tuple(
        fc.constant(values),
        fc.array(part, { maxLength: 6 }).map(list => list.join('')),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      );
    });
    fc.assert(
      fc.property(given, ([values, text, sizes]) => {
        const known = knownSecrets(values);
        let out = '';
        let held = '';
        for (let at = 0, turn = 0; at < text.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          held += text.slice(at, at + size);
          at += size;
          const cut = held.length - known.pending(held);
          out += known.mask(held.slice(0, cut));
          held = held.slice(cut);
        }
        expect(out + known.mask(held)).toBe(known.mask(text));
      }),
      { numRuns: 2000 },
    );
  });
});
