import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';
import { maskValue, TRUNCATED } from '../../src/secrets/mask-value.ts';

const known = knownSecrets({ KEY: 'hunter22' });

function nested(depth: number, leaf: unknown): unknown {
  let value = leaf;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { in: value };
  return value;
}

describe('maskValue', () => {
  it('masks strings and keys in every container', () => {
    const value = { a: ['x hunter22', { hunter22: 1, deep: [['hunter22']] }], n: 1, t: true, z: null };
    expect(maskValue(value, known).value).toEqual({
      a: ['x <secret:KEY>', { '<secret:KEY>': 1, deep: [['<secret:KEY>']] }],
      n: 1,
      t: true,
      z: null,
    });
    expect(maskValue('hunter22', known).value).toBe('<secret:KEY>');
    expect(maskValue(7, known).value).toBe(7);
  });

  it('gives back the same object if nothing is masked, and shares what is unchanged', () => {
    const value = { a: { b: [1, 'x'] }, c: ['hunter22'] };
    expect(maskValue(value.a, known).value).toBe(value.a);
    const masked = maskValue(value, known).value as typeof value;
    expect(masked.a).toBe(value.a);
    expect(value.c).toEqual(['hunter22']);
  });

  it('loses no value when masking makes two keys one', () => {
    const value = { hunter22: 1, '<secret:KEY>': 2, 'hunter22 ': 3 };
    const masked = maskValue(value, known).value as object;
    expect(Object.values(masked).sort()).toEqual([1, 2, 3]);
  });

  it('keeps a key __proto__ a key', () => {
    const value = JSON.parse('{"__proto__":{"x":"hunter22"},"b":"hunter22"}') as object;
    expect(JSON.stringify(maskValue(value, known).value)).toBe(
      '{"__proto__":{"x":"<secret:KEY>"},"b":"<secret:KEY>"}',
    );
  });

  it('cuts off what is too deep, visibly, and ends on cycles', () => {
    const deep = JSON.stringify(maskValue(nested(100, 'hunter22'), known).value);
    expect(deep).toContain(TRUNCATED);
    expect(deep).not.toContain('hunter22');
    const cycle: Record<string, unknown> = {};
    cycle.again = [cycle, cycle];
    expect(JSON.stringify(maskValue(cycle, known).value)).toContain(TRUNCATED);
    expect(maskValue(nested(63, 'x'), known).value).toEqual(nested(63, 'x'));
  });

  it('cuts off what is too much, visibly', () => {
    const list = maskValue(new Array(300_000).fill('hunter22'), known).value as string[];
    expect(list).toHaveLength(200_001);
    expect(list.at(-1)).toBe(TRUNCATED);
    const object = Object.fromEntries(Array.from({ length: 210_000 }, (_, i) => [`k${i}`, i]));
    expect(Object.keys(maskValue(object, known).value as object)).toHaveLength(200_001);
  });

  it('leaves no secret in any JSON, tells how much longer it became, and does nothing the second time', () => {
    const leaf = fc.oneof(fc.string(), fc.constantFrom('hunter22', 'a hunter22', 'hunter'), fc.integer());
    const json = fc.letrec(tie => ({
      tree: fc.oneof(
        leaf,
        fc.array(tie('tree')),
        fc.dictionary(fc.constantFrom('a', 'hunter22', 'b'), tie('tree')),
      ),
    })).tree;
    fc.assert(
      fc.property(json, value => {
        const before = JSON.stringify(value);
        const { value: masked, growth } = maskValue(value, known);
        const after = JSON.stringify(masked);
        expect(after).not.toContain('hunter22');
        expect(after.length).toBe(before.length + growth);
        expect(maskValue(masked, known).value).toBe(masked);
        expect(JSON.stringify(value)).toBe(before);
      }),
    );
  });
});
