import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AT_ONCE, EXIT_CODES, EXIT_MEANINGS, exitCodeOf } from '../../src/cli/exit-codes.ts';
import { ReaderLeft } from '../../src/cli/reader-left.ts';
import { ERROR_CODES, type ErrorCode } from '../../src/errors/codes.ts';
import { SluiceError } from '../../src/errors/sluice-error.ts';

const GUIDE = readFileSync(join(import.meta.dirname, '../../docs/guides/cli.md'), 'utf8');

describe('exit codes', () => {
  it('are one for each meaning, below those of shells', () => {
    const codes: readonly number[] = Object.values(EXIT_CODES);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toBeLessThan(64);
  });

  it('stand in the guide as they are', () => {
    const rows = [...GUIDE.matchAll(/^\| (\d+) +\| (.+?) +\|$/gm)].map(([, code, text]) => `${code} ${text}`);
    const meanings = Object.entries(EXIT_MEANINGS).map(
      ([name, text]) => `${EXIT_CODES[name as keyof typeof EXIT_CODES]} ${text}`,
    );
    const signals = Object.entries(AT_ONCE).map(([name, code]) => `${code} stopped by ${name}`);
    expect(rows).toEqual([...meanings, ...signals]);
  });

  it('say of every error of a request whose turn it is', () => {
    const fault = (Object.keys(ERROR_CODES) as ErrorCode[]).filter(
      code => exitCodeOf(new SluiceError(code, '')) === EXIT_CODES.fault,
    );
    expect(fault).toContain('INTERNAL');
    expect(fault).not.toContain('RUN_NOT_FOUND');
    expect(exitCodeOf(new Error('x'))).toBe(1);
    expect(exitCodeOf(new ReaderLeft())).toBe(0);
    const denied = new SluiceError('UNAUTHORIZED' as ErrorCode, '', { details: { status: 401 } });
    expect(exitCodeOf(denied)).toBe(4);
  });
});
