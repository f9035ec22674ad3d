import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { SluiceError } from '../../src/errors/sluice-error.ts';
import { checkSize, intakeData } from '../../src/event/intake.ts';
import { anyData, anyText } from './json-arbitrary.ts';

const take = (data: unknown) => intakeData(data, 'token').data;
const refusal = (act: () => unknown): SluiceError => {
  try {
    act();
  } catch (error) {
    return error as SluiceError;
  }
  throw new Error('accepted');
};
const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });

describe('intakeData', () => {
  it('gives an equal copy that shares no object with the original', () => {
    const shared = (a: unknown, b: unknown): boolean =>
      typeof a === 'object' &&
      a !== null &&
      (a === b || Object.keys(a).some(key => shared(a[key as never], (b as object)[key as never])));
    fc.assert(
      fc.property(anyData, data => {
        const copy = take(data);
        expect(copy).toEqual(data);
        expect(Object.keys(copy)).toEqual(Object.keys(data));
        expect(shared(data, copy)).toBe(false);
      }),
    );
  });

  it('estimates at least the characters of the JSON, escapes aside', () => {
    fc.assert(
      fc.property(anyData, data => {
        const { size } = intakeData(data, 'token');
        const json = JSON.stringify(data);
        expect(size * 6).toBeGreaterThanOrEqual(new TextEncoder().encode(json).length);
        const plain = json.replaceAll(/\\u[0-9a-f]{4}|\\./g, '.');
        expect(size).toBeGreaterThanOrEqual(plain.length);
      }),
    );
  });

  it('takes what JSON makes of it anywhere: intake and JSON agree', () => {
    fc.assert(
      fc.property(anyData, data => expect(JSON.parse(JSON.stringify(take(data)))).toEqual(take(data))),
    );
  });

  it('leaves out undefined members, keeps halves of surrogate pairs, and makes -0 a 0', () => {
    const copy = take({ a: undefined, b: 'x\ud800y', c: -0, d: { e: undefined, f: [-0, '\udc00'] }, g: 1 });
    expect(copy).toEqual({ b: 'x\ud800y', c: 0, d: { f: [0, '\udc00'] }, g: 1 });
    expect(Object.keys(copy)).toEqual(['b', 'c', 'd', 'g']);
    expect(Object.is(copy.c, 0)).toBe(true);
  });

  it('freezes its copy, and leaves the original as it was', () => {
    const given = { a: [1], b: { c: 1 } };
    const copy = take(given);
    expect([copy, copy.a, copy.b].every(Object.isFrozen)).toBe(true);
    expect([given, given.a, given.b].some(Object.isFrozen)).toBe(false);
  });

  it('takes objects without a prototype, frozen ones and those of other realms', () => {
    expect(take(Object.assign(Object.create(null) as object, { a: 1 }))).toEqual({ a: 1 });
    expect(take(Object.freeze({ a: Object.freeze([1]) }))).toEqual({ a: [1] });
    // A test runner's own realm is not that of the host's functions.
    expect(take(structuredClone({ a: { b: [1] } }))).toEqual({ a: { b: [1] } });
  });

  it('refuses what JSON cannot say and names the place', () => {
    class Thing {
      a = 1;
    }
    const cyclic: Record<string, unknown> = {};
    cyclic.self = { again: cyclic };
    const cases: [unknown, string][] = [
      [undefined, 'data'],
      [null, 'data'],
      ['text', 'data'],
      [[], 'data'],
      [new Thing(), 'data: expected a plain object, got an instance of Thing'],
      [new Map(), 'instance of Map'],
      [{ at: new Date() }, 'data.at: expected a plain object, got an instance of Date'],
      [{ a: { b: new Error('x') } }, 'data.a.b'],
      [{ a: [1, { b: () => 1 }] }, 'data.a.1.b: expected JSON, got a function'],
      [{ a: Symbol('s') }, 'data.a'],
      [{ a: 1n }, 'data.a: expected JSON, got a bigint'],
      [{ a: NaN }, 'data.a: expected a finite number'],
      [{ a: [Infinity] }, 'data.a.0'],
      [{ a: [1, undefined] }, 'data.a.1: expected JSON, got undefined'],
      [{ a: new Array(3) }, 'data.a.0'],
      [{ a: new Uint8Array(3) }, 'Uint8Array'],
      [{ a: Promise.resolve() }, 'Promise'],
      [{ a: new String('boxed') }, 'String'],
      [JSON.parse('{"a":{"__proto__":{"admin":true}}}'), 'data.a.__proto__'],
      [JSON.parse('{"__proto__":1}'), 'data.__proto__'],
      [cyclic, 'cycle'],
      [nested(65), 'at most 64 levels'],
      [{ get a() { throw new TypeError('no'); } }, 'cannot be read: no'],
      [new Proxy({}, { ownKeys() { throw new TypeError('trap'); } }), 'cannot be read: trap'],
    ]; // prettier-ignore
    for (const [data, says] of cases) {
      const { code, message } = refusal(() => take(data));
      expect([code, message]).toEqual(['BAD_EVENT', expect.stringContaining(says)]);
      expect(message.length).toBeLessThan(700);
    }
    expect(take(nested(64))).toEqual(nested(64));
  });

  it('refuses any object that holds one bad value, wherever it is', () => {
    const bad = fc.constantFrom<unknown>(() => 1, Symbol('s'), 1n, NaN, Infinity, new Date(0), new Map());
    fc.assert(
      fc.property(
        anyData,
        fc.array(
          anyText.filter(key => key !== '__proto__'),
          { maxLength: 5 },
        ),
        bad,
        (data, path, value) => {
          const holder = path.reduceRight<unknown>((inner, key) => ({ ...data, [key]: inner }), {
            bad: value,
          });
          expect(refusal(() => take(holder)).code).toBe('BAD_EVENT');
        },
      ),
    );
  });

  it('gives up on what grows without end', () => {
    let bomb: unknown = 'x';
    for (let i = 0; i < 60; i++) bomb = { a: bomb, b: bomb };
    expect(refusal(() => intakeData(bomb, 'token', 1000)).code).toBe('EVENT_TOO_LARGE');
  });

  it('does not touch a polluted chain of prototypes', () => {
    const data = JSON.parse('{"constructor":{"prototype":{"admin":true}},"toString":"x"}') as object;
    expect(take(data)).toEqual(data);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('checkSize', () => {
  it('asks for the exact size only in doubt, and refuses by it', () => {
    const never = () => {
      throw new Error('asked');
    };
    checkSize(100, 1112, never, 'token');
    checkSize(101, 1112, () => 1112, 'token');
    const { code, message } = refusal(() => checkSize(101, 1112, () => 1113, 'token'));
    expect(code).toBe('EVENT_TOO_LARGE');
    expect(message).toMatch(/token.*1112.*1113/);
  });
});
