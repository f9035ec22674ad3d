import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES, RETRYABLE_CODES } from '../../src/errors/codes.ts';
import { errorRows, errorTableFindings, type ErrorRow } from './error-table.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/reference/errors.md');
const CODES = Object.fromEntries(
  Object.entries(ERROR_CODES).map(([code, says]) => [code, { says, retryable: RETRYABLE_CODES.has(code) }]),
);

describe('the table of errors', () => {
  it('lists the codes as they are', () =>
    expect(errorTableFindings(errorRows(readFileSync(DOCUMENT, 'utf8')), CODES)).toEqual([]));

  const codes = { BAD_THING: { retryable: false, says: 'A thing is bad.' } };
  const row: ErrorRow = { code: 'BAD_THING', says: 'A thing is bad.', retryable: false, advice: 'Mend it.' };

  it('reads rows', () => {
    expect(errorRows('| Code | Meaning |\n| `BAD_THING` | A thing is bad. | no  | Mend it. |\n')).toEqual([
      row,
    ]);
  });

  it.each<[string, ErrorRow[]]>([
    ['a missing row', []],
    ['a row too many', [row, { ...row, code: 'INVENTED' }]],
    ['a row twice', [row, row]],
    ['another meaning', [{ ...row, says: 'It is fine.' }]],
    ['another retryable', [{ ...row, retryable: true }]],
    ['no advice', [{ ...row, advice: '' }]],
  ])('%s is found', (_, rows) => expect(errorTableFindings(rows, codes)).toHaveLength(1));
});
