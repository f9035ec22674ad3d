import { describe, expect, it } from '@jest/globals';
import { SluiceError } from '../../src/errors/sluice-error.ts';
import { RunResult } from '../../src/run/run-result.ts';
import { codeOf } from '../support/code-of.ts';
import { settle } from '../support/settle.ts';

const FAILURE = { ok: false, error: new SluiceError('RUN_FAILED', 'f') } as const;

describe('the result of a run', () => {
  it('is one promise, whenever it is asked for', async () => {
    const early = new RunResult();
    const asked = early.promise;
    early.settle({ ok: true, value: 7 });
    const late = new RunResult();
    late.settle({ ok: true, value: 7 });
    expect([early.promise, await asked, await late.promise]).toEqual([asked, 7, 7]);
  });

  it('is what was first told', async () => {
    const result = new RunResult();
    result.settle({ ok: true, value: 1 });
    result.settle(FAILURE);
    expect([await result.promise, result.outcome]).toEqual([1, { ok: true, value: 1 }]);
  });

  it('rejects, and nobody must listen', async () => {
    const result = new RunResult();
    void result.promise;
    result.settle(FAILURE);
    await settle();
    expect(await codeOf(() => result.promise)).toBe('RUN_FAILED');
  });
});
