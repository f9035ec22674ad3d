import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { from, map } from 'rxjs';
import { redactSecrets } from '../../src/operators/redact-secrets.ts';
import { ruleNames } from '../../src/secrets/detector-choice.ts';
import { knownSecrets, type KnownSecrets } from '../../src/secrets/known-secrets.ts';
import { CANARIES, canary, keyBlock, token } from './canaries.ts';

const all = (): KnownSecrets => knownSecrets({ detect: ruleNames() });
const usual = (): KnownSecrets => knownSecrets({ detect: true });

describe('the rules', () => {
  it('have a canary each', () => {
    expect(Object.keys(CANARIES).sort()).toEqual([...ruleNames()].sort());
  });

  it.each(Object.entries(CANARIES))(
    'find %s, and only what must not be seen',
    (name, [before, secret, behind]) => {
      const known = knownSecrets({ detect: [name] });
      const mark = `<secret:${name}>`;
      expect(known.mask(`so ${before}${secret}${behind} it is`)).toBe(`so ${before}${mark}${behind} it is`);
      expect(known.mask(`${before}${secret}${behind}`)).toBe(`${before}${mark}${behind}`);
      expect(known.finds(`${before}${secret}${behind}`)).toBe(true);
      expect(known.mask(known.mask(`${before}${secret}`))).toBe(known.mask(`${before}${secret}`));
    },
  );

  it.each(Object.entries(CANARIES))(
    'wait for %s from its first letter on, to its last',
    (name, [before, secret]) => {
      const known = knownSecrets({ detect: [name] });
      const text = ` ${before}${secret}`;
      for (let end = before.length + 2; end < text.length; end++) {
        const seen = text.slice(0, end);
        const waiting = known.pending(seen);
        expect([end, seen.slice(0, seen.length - waiting).length <= before.length + 1]).toEqual([end, true]);
      }
    },
  );

  it('leave alone what only looks like a secret', () => {
    const harmless = [
      'a task-management-system-for-large-teams, and a risk-assessment-with-many-words',
      'sk-learn, AKIA, ghp_ and eyJ are beginnings',
      'https://host.test:8080/path@2x.png and http://host.test/a:b@c',
      'Bearer authentication-is-required-here; Basic understanding',
      `${canary('xgh' + 'p_', 36)} is inside of a word`,
      `${'-'.repeat(5)}BEGIN PRIVATE KEY${'-'.repeat(5)}\n...\n${'-'.repeat(5)}END PRIVATE KEY${'-'.repeat(5)}`,
      `${'-'.repeat(5)}BEGIN CERTIFICATE${'-'.repeat(5)}\n${canary('', 64)}\n`,
      'https://user:$PASSWORD@host.test https://user:***@host.test https://{{user}}:{{pass}}@host.test',
      'aws_secret_access_key = ' + canary('', 56),
      'password: changed, secret: none; token = required',
    ];
    for (const text of harmless) expect(all().mask(text)).toBe(text);
  });

  it('find what no rule ends: the open end of a text is masked too', () => {
    const whole = keyBlock(10);
    expect(usual().mask(whole.slice(0, 300))).toBe('<secret:private-key>');
    expect(usual().mask(`${whole}\n${whole}`)).toBe('<secret:private-key>\n<secret:private-key>');
    expect(usual().mask(JSON.stringify({ key: whole }))).toBe('{"key":"<secret:private-key>"}');
    expect(usual().mask(keyBlock(20, 'RSA PRIVATE KEY', '\\n'))).toBe('<secret:private-key>');
    expect(usual().mask(token().slice(0, 90) + '.')).not.toContain('eyJ');
  });

  it('find a token in the place of a user, and passwords that hold an @', () => {
    const lone = canary('', 40);
    expect(usual().mask(`https://${lone}@host.test/x`)).toBe('https://<secret:url-password>@host.test/x');
    expect(usual().mask(`https://${lone}:x-oauth-basic@host.test`)).toBe(
      'https://<secret:url-password>:x-oauth-basic@host.test',
    );
    expect(usual().mask('ftp://me:p@ss@w0rd@host.test')).toBe('ftp://me:<secret:url-password>@host.test');
  });

  it('leave no rest where secrets lie one in the other', () => {
    const inner = canary('gh' + 'p_', 36);
    expect(usual().mask(`https://x:${inner}@host.test`)).toMatch(/^https:\/\/x:<secret:[\w-]+>@host.test$/);
    expect(usual().mask(`Bearer ${inner}`)).toMatch(/^Bearer <secret:[\w-]+>$/);
    const known = knownSecrets({ values: { KEY: inner.slice(10, 30) } });
    expect(known.mask(inner)).toBe('<secret:github-token>');
  });

  it.each(['\\n', '\\t', '\\u000a', '%20', '%3D', '\u001b[32m', '\\u001b[1;31m'])(
    'find a token behind the escape %j, also where it comes in pieces',
    escape => {
      const secret = canary('gh' + 'p_', 36);
      const text = `a word${escape}${secret} on`;
      expect(usual().mask(text)).toBe(`a word${escape}<secret:github-token> on`);
      for (let cut = 1; cut < text.length; cut++) {
        const pipe = redactSecrets<{ type: string; data: { content: string } }>({ secrets: usual() });
        let shown = '';
        from([text.slice(0, cut), text.slice(cut)])
          .pipe(
            map(content => ({ type: 'token', data: { content } })),
            pipe,
          )
          .subscribe(({ data }) => (shown += data.content));
        expect(shown).toBe(usual().mask(text));
      }
    },
  );

  it('mask up to the documented length, and no more', () => {
    const known = knownSecrets({
      rules: [{ name: 'mine', prefix: 'acme_', chars: 'a-z', min: 4, max: 8 }],
      detect: false,
    });
    expect(known.mask('acme_abc acme_abcd acme_abcdefghij')).toBe('acme_abc <secret:mine> <secret:mine>ij');
  });
});

describe('rules of a user', () => {
  it('join ours; a prefix of three characters goes too', () => {
    const known = knownSecrets({
      rules: [{ name: 'mine', prefix: ['ak-', 'acme_'], chars: 'a-z0-9', min: 6, max: 40 }],
    });
    expect(known.mask(`ak-abc123 acme_abc123 ${canary('gh' + 'p_', 36)}`)).toBe(
      '<secret:mine> <secret:mine> <secret:github-token>',
    );
  });

  const good = { name: 'mine', prefix: 'acme_', chars: 'a-z', min: 4, max: 8 };
  it.each([
    ['no name', { ...good, name: '' }, 'a name of 1 to 64'],
    ['a name that could forge a mark', { ...good, name: 'a>b' }, 'a name of 1 to 64'],
    ['a short prefix', { ...good, prefix: 'ak' }, 'a prefix of 3 to 64'],
    ['no prefix', { ...good, prefix: [] }, 'expected a prefix'],
    ['no characters', { ...good, chars: '' }, 'printable ASCII'],
    ['a range that goes down', { ...good, chars: 'z-a' }, 'upwards'],
    ['a small min', { ...good, min: 3 }, 'a min of 4'],
    ['a max below min', { ...good, max: 3 }, 'a max from min'],
    ['a huge max', { ...good, max: 20_000 }, 'a max from min'],
    ['a name of ours', { ...good, name: 'jwt' }, 'no other rule'],
  ])('with %s are refused, clearly', (_, rule, message) => {
    const attempt = (): unknown => knownSecrets({ rules: [rule] });
    expect(attempt).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
    expect(attempt).toThrow(message);
  });

  it('and choices that do not exist are refused', () => {
    expect(() => knownSecrets({ detect: ['no-such'] })).toThrow(/secrets.detect: expected names of .*jwt/);
    expect(() => knownSecrets({ detect: 7 as unknown as boolean })).toThrow(/true, false or names/);
    expect(() => knownSecrets({ rules: [good, good] })).toThrow(/no other rule/);
    expect(() => knownSecrets({ values: {}, replacement: 'x' as 'name' })).toThrow(/name, fixed or hash/);
  });
});

describe('a text in pieces', () => {
  it('is masked as it is whole, for any pieces of any text', () => {
    const known = all();
    const noise = fc.string({
      unit: fc.constantFrom('a', 'Z', '9', ' ', '-', '_', '.', ':', '/', '@', '"', '\n', '\ud83d\ude00'),
    });
    const whole = fc.constantFrom(...Object.values(CANARIES)).map(parts => parts.join(''));
    const cut = fc.tuple(whole, fc.nat(60)).map(([text, length]) => text.slice(0, length));
    const text = fc.array(fc.oneof(noise, whole, cut), { maxLength: 6 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (given, sizes) => {
        let out = '';
        let held = '';
        let before = '';
        for (let at = 0, turn = 0; at < given.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          held += given.slice(at, at + size);
          at += size;
          const end = held.length - known.pending(held, before);
          out += known.mask(held.slice(0, end), { before });
          before = (before + held.slice(0, end)).slice(-12);
          held = held.slice(end);
        }
        expect(out + known.mask(held, { before })).toBe(known.mask(given));
      }),
      { numRuns: 1000 },
    );
  });

  it('does not take a text for a secret because it is cut behind the length of one', () => {
    const known = all();
    const text = ['key', `${'07e5c3a18f6d4b29'.repeat(2)}a`].join('-');
    let held = '';
    let out = '';
    for (const char of text) {
      held += char;
      const end = held.length - known.pending(held, out.slice(-1));
      out += known.mask(held.slice(0, end), { before: out.slice(-12) });
      held = held.slice(end);
    }
    expect(out + known.mask(held, { before: out.slice(-12) })).toBe(text);
  });

  it('waits for no more than the longest shape', () => {
    const known = usual();
    expect(known.pending('x'.repeat(50_000))).toBe(0);
    expect(known.pending(`${keyBlock(3).slice(0, 100)}${'\n'.repeat(20_000)}`)).toBe(0);
    expect(known.pending(canary('sk-', 1000))).toBe(0);
  });
});
