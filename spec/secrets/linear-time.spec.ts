import { describe, expect, it } from '@jest/globals';
import { chooseDetectors, ruleNames } from '../../src/secrets/detector-choice.ts';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';
import { WITHHELD } from '../../src/secrets/marks.ts';
import { PROVIDER_RULES } from '../../src/secrets/provider-rules.ts';
import { CANARIES, keyBlock } from './canaries.ts';

const detectors = chooseDetectors(ruleNames(), [])!;

/** Work for each character of texts of two sizes: the same, if the time is linear. */
function looksPerCharacter(textOf: (length: number) => string): number[] {
  return [20_000, 40_000, 80_000].map(length => {
    const text = textOf(length);
    return (detectors.look(text)?.looks ?? 0) / text.length;
  });
}

function filled(length: number, part: string, end = ''): string {
  return part.repeat(Math.floor(length / part.length)) + end;
}

const prefixes = PROVIDER_RULES.flatMap(({ prefix }) => prefix);
const dashes = '-'.repeat(5);

describe('the work of the detectors', () => {
  it.each([
    ...prefixes.map(prefix => [`of the beginning ${prefix}`, prefix] as const),
    ...prefixes.map(prefix => [`of ${prefix} in words`, ` ${prefix}a1`] as const),
    ...Object.entries(CANARIES).map(
      ([name, parts]) => [`of ${name}, cut off`, parts.join('').slice(0, -1)] as const,
    ),
    ['of token heads', '.eyJhbGciOiJI-eyJ'],
    ['of addresses', '://a:b@'],
    ['of addresses without an end', '://user:password'],
    ['of key blocks that only begin', `${dashes}BEGIN PRIVATE KEY${dashes}`],
    ['of key blocks with a line', keyBlock(1).slice(0, 100)],
    ['of dashes', '-'],
    ['of one letter', 'a'],
  ])('grows with the text and no faster: nothing but repetitions %s', (_, part) => {
    const [small, middle, large] = looksPerCharacter(length => filled(length, part)) as [
      number,
      number,
      number,
    ];
    expect(Math.max(small, middle, large)).toBeLessThan(8);
    expect(large).toBeLessThan(small * 1.1 + 0.1);
    expect(middle).toBeLessThan(small * 1.1 + 0.1);
  });

  it('is bounded: a text that asks for more is withheld whole', () => {
    const rules = Array.from({ length: 400 }, (_, at) => ({
      ...{ name: `r${at}`, prefix: 'acme_', min: 15_000, max: 16_384 },
      chars: `a-z_${String.fromCharCode(33 + (at % 60))}`,
    }));
    const known = knownSecrets({ rules, detect: false });
    const text = filled(40_000, 'acme_');
    expect(known.mask(text)).toBe(WITHHELD);
    expect(known.finds(text)).toBe(true);
    expect(known.pending(text)).toBe(0);
    expect(known.report()).toMatchObject({ withheld: 1, total: 0 });
    expect(known.mask('acme_ short')).toBe('acme_ short');
  });
});

describe('a million characters', () => {
  it.each([
    ['of one letter', 'a', ''],
    ['of the beginning of a secret', 'aaab', ''],
    ['of a secret, one over the other', 'abab', ''],
    ['of prefixes', 'sk-', ''],
  ])('%s are masked', (_, part) => {
    const known = knownSecrets({ values: { A: 'aaaaaaaaab', B: 'abababab' }, detect: ruleNames() });
    const text = filled(1_000_000, part);
    const masked = known.mask(text);
    expect(masked.includes('abababab') || masked.includes('aaaaaaaaab')).toBe(false);
    expect(known.pending(text)).toBeLessThanOrEqual(text.length);
  });
});
