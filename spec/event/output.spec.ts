import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { SluiceError } from '../../src/errors/sluice-error.ts';
import { intakeOutput } from '../../src/event/output.ts';
import { anyData } from './json-arbitrary.ts';

const refusal = (value: unknown): SluiceError => {
  try {
    intakeOutput(value, 1000);
  } catch (error) {
    return error as SluiceError;
  }
  throw new Error('accepted');
};

describe('intakeOutput', () => {
  it('leaves nothing out of plain JSON, and has no output for undefined', () => {
    fc.assert(fc.property(anyData, data => expect(intakeOutput(data, 2 ** 20).output).toEqual(data)));
    for (const value of ['done', 0, false, null, [1]]) expect(intakeOutput(value, 100).output).toEqual(value);
    expect('output' in intakeOutput(undefined, 100)).toBe(false);
  });

  it('copies what has a toJSON or members that JSON leaves out, as JSON does', () => {
    expect(intakeOutput({ at: new Date(0), f: () => 1, n: NaN }, 1000).output).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      n: null,
    });
  });

  it('puts the size in place of what is too large, to the byte', () => {
    expect(intakeOutput('ä'.repeat(49), 100).output).toBe('ä'.repeat(49));
    expect(intakeOutput('ä'.repeat(50), 100).output).toEqual({ truncated: true, bytes: 102 });
    expect(intakeOutput({ at: new Date(0), text: 'x'.repeat(5000) }, 100).output).toMatchObject({
      truncated: true,
    });
    let bomb: unknown = 'x';
    for (let i = 0; i < 60; i++) bomb = { a: bomb, b: bomb };
    expect(intakeOutput(bomb, 1000).output).toMatchObject({ truncated: true });
  });

  it('refuses what cannot be written', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const deep = JSON.parse('['.repeat(100) + ']'.repeat(100)) as unknown;
    const throwing = { toJSON: () => { throw new Error('no'); } }; // prettier-ignore
    expect(() => intakeOutput(1n, 1_000)).toThrow(/ serialize a BigInt\. Return plain data\.$/);
    for (const value of [cyclic, 1n, { a: 1n }, () => 1, Symbol('s'), deep, throwing]) {
      expect(refusal(value).code).toBe('BAD_OUTPUT');
    }
  });
});
