import { describe, expect, it } from '@jest/globals';
import {
  CLAUDE_CODE_RECORDS,
  CODEX_RECORDS,
  OPENCODE_RECORDS,
  OPENHANDS_RECORDS,
  PI_RECORDS,
} from '../../../src/bridges/agent-logs/index.ts';
import { documentTable } from '../document-table.ts';

describe('the tables of the guide', () => {
  it.each([
    ['codex', CODEX_RECORDS],
    ['claude-code', CLAUDE_CODE_RECORDS],
    ['pi', PI_RECORDS],
    ['openhands', OPENHANDS_RECORDS],
    ['opencode', OPENCODE_RECORDS],
  ])('%s are those of the readers', (name, rows) => {
    expect(documentTable('../guides/import.md', name)).toEqual(
      rows.map(({ theirs, ours, says }) => [
        theirs.replace(/^(.*?)( \(.*\))?$/, (_, part: string, kind = '') => `\`${part}\`${kind}`),
        ours.map(type => `\`${type}\``).join(', '),
        says,
      ]),
    );
  });
});
