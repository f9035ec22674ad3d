import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createEngine } from '../../src/engine/create-engine.ts';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';
import { maskValue } from '../../src/secrets/mask-value.ts';
import { secretForms } from '../../src/secrets/secret-forms.ts';
import { canary } from './canaries.ts';

const ghToken = canary('gh' + 'p_', 36);

describe('options of secrets', () => {
  it('join sets, and recognise shapes unless told not to', () => {
    const known = knownSecrets({
      values: { A: 'hunter22' },
      sets: [{ A: 'hunter33' }, { B: 'swordfish', C: '' }],
    });
    expect(known.mask(`hunter22 hunter33 swordfish ${ghToken}`)).toBe(
      '<secret:A> <secret:A> <secret:B> <secret:github-token>',
    );
    expect(knownSecrets({ values: {}, detect: false }).mask(ghToken)).toBe(ghToken);
    expect(knownSecrets({ detect: ['jwt'] }).mask(ghToken)).toBe(ghToken);
  });

  it('are told from names and values, whatever those are called', () => {
    const names = { values: 'hunter22', detect: 'hunter33', rules: 'hunter44' };
    const known = knownSecrets(names);
    expect(known.mask(`hunter22 hunter33 hunter44 ${ghToken}`)).toBe(
      `<secret:values> <secret:detect> <secret:rules> ${ghToken}`,
    );
  });

  it('go to an engine', async () => {
    const engine = createEngine({ secrets: { values: { KEY: 'hunter22' }, replacement: 'fixed' } });
    const run = await engine.start(ctx => {
      ctx.custom('said', { list: [{ text: `hunter22 and ${ghToken}` }] });
    });
    const events: string[] = [];
    for await (const event of run) events.push(JSON.stringify(event));
    await engine.close();
    expect(events.join()).toContain('<secret> and <secret>');
    expect(events.join()).not.toContain(ghToken);
    expect(engine.secrets.report().names).toEqual({ KEY: 1, 'github-token': 1 });
    expect(Object.keys(engine.secrets.report().places)).toEqual(['list[].text']);
  });

  it('take hex away', () => {
    const hex = Buffer.from('hunter22').toString('hex');
    expect(knownSecrets({ values: { KEY: 'hunter22' } }).mask(hex)).toBe('<secret:KEY>');
    expect(knownSecrets({ values: { KEY: 'hunter22' }, encodings: { hex: false } }).mask(hex)).toBe(hex);
  });

  it('replace by a tag that is the same for the same value, in any of its forms', () => {
    const known = knownSecrets({ values: { A: 'hunter22', B: 'swordfish' }, replacement: 'hash' });
    const tags = known
      .mask(`hunter22 ${Buffer.from('hunter22').toString('hex')} swordfish ${ghToken} ${ghToken}`)
      .split(' ');
    expect(tags[0]).toMatch(/^<secret:A:[a-z0-9]{6}>$/);
    expect(tags[1]).toBe(tags[0]);
    expect(tags[3]).toMatch(/^<secret:github-token:[a-z0-9]{6}>$/);
    expect(tags[4]).toBe(tags[3]);
    expect(new Set(tags).size).toBe(3);
  });

  it('only report, if told so', () => {
    const known = knownSecrets({ values: { KEY: 'hunter22' }, reportOnly: true });
    const value = { args: [{ header: `hunter22 ${ghToken}` }], hunter22: 'hunter22' };
    expect(maskValue(value, known, 'data').value).toBe(value);
    expect(known.report()).toEqual({
      total: 4,
      withheld: 0,
      names: { KEY: 3, 'github-token': 1 },
      places: { 'data.args[].header': 2, data: 1, 'data.hunter22': 1 },
    });
  });
});

describe('the report', () => {
  it('counts by name and place, never shows a value, and is bounded', () => {
    const known = knownSecrets({ values: { KEY: 'hunter22' } });
    for (let at = 0; at < 400; at++) maskValue({ [`k${at}`]: { hunter22: ['hunter22'] } }, known);
    const report = known.report();
    expect(report.total).toBe(800);
    expect(Object.keys(report.places)).toHaveLength(257);
    expect(report.places['k0.<secret:KEY>[]']).toBe(1);
    expect(report.places['(other)']).toBe(800 - 256);
    expect(JSON.stringify(report)).not.toContain('hunter22');
  });
});

describe('sources of values', () => {
  it('are asked when they are added, and again on demand', async () => {
    let turn = 0;
    const known = knownSecrets({ NOW: () => `value-${++turn}`, LATER: () => Promise.resolve('swordfish') });
    expect(known.mask('value-1 value-2')).toBe('<secret:NOW> value-2');
    await known.refresh();
    expect(known.mask('value-1 value-2 swordfish')).toBe('<secret:NOW> <secret:NOW> <secret:LATER>');
    known.remove('NOW');
    await known.refresh();
    expect(known.mask('value-1 value-3')).toBe('value-1 value-3');
  });

  it('that fail leave what is known, and are named without what they said', async () => {
    let isDown = false;
    const known = knownSecrets({
      GOOD: () => 'swordfish',
      BAD: () => (isDown ? Promise.reject(new Error('hunter22 was refused')) : 'hunter22'),
    });
    isDown = true;
    const refreshed = known.refresh();
    await expect(refreshed).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await expect(refreshed).rejects.toThrow(/from BAD\./);
    await expect(refreshed).rejects.not.toThrow(/hunter22/);
    expect(known.mask('hunter22 swordfish')).toBe('<secret:BAD> <secret:GOOD>');
  });
});

describe('any secret in any JSON', () => {
  it('survives in none of its forms, nor anything else changes', () => {
    const unit = fc.constantFrom('q', 'Z', '7', '~', '"', '/', '+', '\u00ff', '\ud83d\ude00', '\n', '%');
    const value = fc.string({ unit, minLength: 9, maxLength: 24 }).filter(text => text.trim().length >= 9);
    const given = fc.dictionary(fc.constantFrom('K1', 'K2', 'K3'), value, { minKeys: 1 }).chain(values => {
      const forms = Object.values(values).flatMap(text => secretForms(text.trim()));
      const text = fc
        .array(fc.oneof(fc.constantFrom(...forms), fc.constantFrom('-', ' ', 'plain', '\ud83d\ude00')), {
          maxLength: 4,
        })
        .map(parts => parts.join('|'));
      const tree = fc.letrec(tie => ({
        tree: fc.oneof(
          { depthSize: 'small' },
          text,
          fc.array(tie('tree'), { maxLength: 3 }),
          fc.dictionary(text, tie('tree'), { maxKeys: 3 }),
        ),
      })).tree;
      return fc.tuple(fc.constant(values), fc.constant(forms), tree);
    });
    fc.assert(
      fc.property(given, ([values, forms, tree]) => {
        const known = knownSecrets({ values, detect: true });
        const masked = maskValue(tree, known).value;
        const texts: string[] = [];
        const collect = (item: unknown): void => {
          if (typeof item === 'string') texts.push(item);
          else if (typeof item === 'object' && item !== null)
            for (const [key, member] of Object.entries(item)) {
              texts.push(key);
              collect(member);
            }
        };
        collect(masked);
        for (const text of texts) {
          for (const form of forms) expect(text.includes(form)).toBe(false);
          // Half a surrogate pair would come back as another character.
          expect(Buffer.from(text).toString()).toBe(text);
        }
        expect(maskValue(masked, known).value).toBe(masked);
      }),
      { numRuns: 500 },
    );
  });
});
