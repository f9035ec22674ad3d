import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isSluiceError } from '../../src/errors/sluice-error.ts';
import { checkId, isId } from '../../src/event/ids.ts';
import { checkLabels } from '../../src/event/labels.ts';
import { newId } from '../../src/time/new-id.ts';

const code = (act: () => unknown): string | undefined => {
  try {
    act();
  } catch (error) {
    if (isSluiceError(error) && error.message.length < 300) return error.code;
    throw error;
  }
  return undefined;
};

describe('checkId', () => {
  it('takes ids', () => {
    for (const id of ['a', '0', 'run-1', 'a.b_c-d', 'A'.repeat(128), newId()])
      expect(checkId('run id', id)).toBe(id);
  });

  it('refuses what could leave a folder, a key, a header or a line', () => {
    const hostile = ['', '.', '..', '.a', '-a', '_a', '../a', 'a/b', 'a\\b', 'a\n', '\na', 'a\r\nx: y', 'a\0', 'a b', 'a:b', 'a*', '{a}',
      'ä', 'a\u0301', 'a%2e', 'a'.repeat(129), 'a'.repeat(2 ** 20), undefined, null, 5, {}, ['a'], new String('a')]; // prettier-ignore
    for (const id of hostile) expect([id, code(() => checkId('run id', id))]).toEqual([id, 'BAD_ID']);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        id => isId(id) === /^(?![._-])[\w.-]{1,128}(?!\n)$/.test(id),
      ),
    );
  });
});

describe('checkLabels', () => {
  it('copies labels', () => {
    const labels = { team: 'a', 'k.v_w-x': 'ä'.repeat(256), empty: '' };
    expect(checkLabels(labels)).toEqual(labels);
    expect(checkLabels(labels)).not.toBe(labels);
  });

  it('refuses others', () => {
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, 'v']));
    const wrong = [undefined, null, 'a', ['a'], { '': 'a' }, { 'a b': 'a' }, { 'a\n': 'a' }, { ['a'.repeat(65)]: 'a' }, { a: 5 },
      { a: null }, { a: 'x'.repeat(257) }, many, JSON.parse('{"__proto__":"a"}')] as unknown[]; // prettier-ignore
    for (const labels of wrong) expect(code(() => checkLabels(labels))).toBe('BAD_OPTION');
  });
});
