import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';
import { secretForms } from '../../src/secrets/secret-forms.ts';

/** The same rules, told without cleverness: look everywhere for everything, cover the union of what was found. */
function naiveMask(text: string, patterns: readonly (readonly [name: string, text: string])[]): string {
  let masked = '';
  let end = 0;
  let open: string | undefined;
  for (let start = 0; start < text.length; start++) {
    const longest = patterns
      .filter(([, pattern]) => text.startsWith(pattern, start))
      .sort(([, a], [, b]) => b.length - a.length)[0];
    if (start >= end) open = undefined;
    if (longest && start + longest[1].length > end) {
      if (open !== longest[0]) masked += `<secret:${longest[0]}>`;
      open = longest[0];
      end = start + longest[1].length;
    }
    if (start >= end) masked += text[start];
  }
  return masked;
}

function patternsOf(values: Readonly<Record<string, string>>): (readonly [string, string])[] {
  const seen = new Set<string>();
  return Object.entries(values).flatMap(([name, value]) =>
    secretForms(value)
      .filter(form => !seen.has(form) && seen.add(form))
      .map(form => [name, form] as const),
  );
}

describe('knownSecrets', () => {
  it('masks every occurrence and keeps the rest', () => {
    const known = knownSecrets({ KEY: 'hunter22', DB: 'swordfish' });
    expect(known.mask('a hunter22 b swordfish hunter22')).toBe('a <secret:KEY> b <secret:DB> <secret:KEY>');
  });

  it('gives back the same string when there is nothing to mask', () => {
    const text = 'nothing to see here';
    expect(knownSecrets({ KEY: 'hunter22' }).mask(text)).toBe(text);
    expect(knownSecrets().mask(text)).toBe(text);
    expect(knownSecrets({ KEY: 'hunter22' }).mask('hunt')).toBe('hunt');
  });

  it('takes the longest of several that begin at one place', () => {
    const known = knownSecrets({ SHORT: 'abcd', LONG: 'abcdefgh' });
    expect(known.mask('abcdefgh abcdef')).toBe('<secret:LONG> <secret:SHORT>ef');
  });

  it('leaves no piece of secrets that overlap', () => {
    const known = knownSecrets({ A: 'abcdef', B: 'defghi', C: 'hijkl' });
    expect(known.mask('-abcdefghijkl-')).toBe('-<secret:A><secret:B><secret:C>-');
    expect(knownSecrets({ A: 'aaaa' }).mask('aaaaaa')).toBe('<secret:A>');
    expect(knownSecrets({ A: 'abab' }).mask('abababab')).toBe('<secret:A>');
  });

  it('joins a new value to the old one of the same name, and forgets both by name', () => {
    const known = knownSecrets({ KEY: 'old-value' });
    expect(known.mask('old-value')).toBe('<secret:KEY>');
    known.add('KEY', 'new-value').add('OTHER', 'other-value');
    expect(known.mask('old-value new-value other-value')).toBe('<secret:KEY> <secret:KEY> <secret:OTHER>');
    expect(known.remove('KEY')).toBe(true);
    expect(known.remove('KEY')).toBe(false);
    expect(known.mask('old-value new-value other-value')).toBe('old-value new-value <secret:OTHER>');
  });

  it('passes over absent and empty values', () => {
    expect(knownSecrets({ A: undefined, B: '' }).mask('ls')).toBe('ls');
  });

  it.each([
    ['a short value', 'KEY', 'abc'],
    ['white space', 'KEY', '  \n  \t '],
    ['a huge value', 'KEY', 'x'.repeat(16_385)],
    ['an empty name', '', 'hunter22'],
    ['a name that could forge a mark', 'a><b', 'hunter22'],
    ['a name that gives the value away', 'hunter22', 'hunter22'],
    ['a number', 'KEY', 12345678 as unknown as string],
  ])('refuses %s and does not repeat it', (_, name, value) => {
    const attempt = () => knownSecrets().add(name, value);
    expect(attempt).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
    expect(attempt).not.toThrow(/hunter22|xxxx|12345678/);
  });

  it('finds a secret whose file ends in a line break', () => {
    expect(knownSecrets({ KEY: 'hunter22\n' }).mask('hunter22')).toBe('<secret:KEY>');
  });

  const secret = 'p@ss "wörd"/+?&\\=\n-end';
  it.each([
    ['JSON', JSON.stringify({ a: secret })],
    ['a URL', `https://host.test/?q=${encodeURIComponent(secret)}`],
    ['a URL in small letters', encodeURIComponent(secret).replace(/%../g, x => x.toLowerCase())],
    ['hex', `x ${Buffer.from(secret).toString('hex')} y`],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64 behind one byte', Buffer.from(`:${secret}:`).toString('base64')],
    ['base64 behind two bytes', Buffer.from(`u:${secret}`).toString('base64')],
    ['base64url', Buffer.from(`user:${secret}`).toString('base64url')],
  ])('finds a secret inside %s', (_, text) => {
    const masked = knownSecrets({ KEY: secret }).mask(text);
    expect(masked).toContain('<secret:KEY>');
    expect(masked.length).toBeLessThan('<secret:KEY>'.length + 32);
  });

  it('leaves of base64 only the letters that hold bytes of the neighbours', () => {
    const bytes = fc.string({ unit: 'grapheme', maxLength: 6 });
    const value = fc.string({
      minLength: 9,
      maxLength: 40,
      unit: fc.constantFrom('a', 'Z', '7', '~', '\u00ff'),
    });
    fc.assert(
      fc.property(bytes, value, bytes, (before, secretText, after) => {
        const encoded = Buffer.from(before + secretText + after).toString('base64');
        const masked = knownSecrets({ KEY: secretText }).mask(encoded);
        const rest = masked.replaceAll('<secret:KEY>', '');
        const around = (Buffer.byteLength(before) + Buffer.byteLength(after)) * (8 / 6);
        expect(masked).toContain('<secret:KEY>');
        expect(rest.replaceAll('=', '').length).toBeLessThanOrEqual(around + 2);
      }),
    );
  });

  it('does the same as a naive search, for any text and any secrets', () => {
    const letters = fc.constantFrom('a', 'b', 'c', '\u00e9', '\ud83d\ude00', '\ud83d', '\u4e16', '-');
    const value = fc.string({ unit: letters, minLength: 4, maxLength: 12 }).filter(text => text.length >= 4);
    const values = fc.dictionary(fc.constantFrom('K1', 'K2', 'K3', 'K4', 'K5'), value);
    const text = values.chain(known =>
      fc
        .array(
          fc.oneof(fc.string({ unit: letters, maxLength: 6 }), fc.constantFrom('a', ...Object.values(known))),
        )
        .map(parts => [known, parts.join('')] as const),
    );
    fc.assert(
      fc.property(text, ([known, given]) => {
        expect(knownSecrets(known).mask(given)).toBe(naiveMask(given, patternsOf(known)));
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves no secret behind among hundreds of them', () => {
    const hundreds = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 6, maxLength: 40 }), {
      minLength: 100,
      maxLength: 300,
    });
    fc.assert(
      fc.property(hundreds, fc.array(fc.nat(), { maxLength: 5 }), (all, picks) => {
        const secrets = all.map(text => text.trim()).filter(text => text.length >= 4);
        const known = knownSecrets(Object.fromEntries(secrets.map((text, i) => [`S${i}`, text])));
        const text = picks.map(pick => `~${secrets[pick % secrets.length]}`).join('~');
        const rest = known.mask(text).replaceAll(/<secret:S\d+>/g, '');
        for (const each of secrets) if (!/^[~]*$/.test(each)) expect(rest.includes(each)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the ways in which programs write a secret', () => {
  const secret = ['kanari', 'ë😀/"', "'cage<9>"].join('-');
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace(
    /[^\x20-\x7e]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  it.each([
    ['JSON', json],
    ['JSON with slashes escaped', json.replaceAll('/', '\\/')],
    ['JSON of ASCII alone', ascii],
    [
      'JSON of ASCII alone, in capitals',
      ascii.replace(/u[\da-f]{4}/g, code => `u${code.slice(1).toUpperCase()}`),
    ],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['JSON of ASCII alone in JSON', JSON.stringify(ascii).slice(1, -1)],
    [
      'HTML',
      secret
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;'),
    ],
    ['a URI', encodeURI(secret)],
    ['a part of a URI', encodeURIComponent(secret)],
  ])('are found: %s', (_, written) => {
    expect(knownSecrets({ K: secret }).mask(`so ${written} it is`)).toBe('so <secret:K> it is');
  });
});
