import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PARTS } from '../../src/bridges/ai-sdk/part-table.ts';
import { MODES } from '../../src/bridges/langgraph/mode-table.ts';
import { ANTHROPIC_EVENTS } from '../../src/bridges/model-streams/anthropic-table.ts';
import { OPENAI_EVENTS } from '../../src/bridges/model-streams/openai-table.ts';
import { codesIn, documentTable } from './document-table.ts';

describe('the tables of the guides', () => {
  it.each([
    ['ai-sdk-agents.md', 'parts', PARTS],
    ['model-streams.md', 'openai', OPENAI_EVENTS],
    ['model-streams.md', 'anthropic', ANTHROPIC_EVENTS],
  ])('%s, %s, are those of the readers', (page, name, rows) => {
    expect(documentTable(`../guides/${page}`, name)).toEqual(
      rows.map(({ theirs, ours, says }) => [
        theirs.replace(/^(.*?)( \(.*\))?$/, (_, part: string, kind = '') => `\`${part}\`${kind}`),
        ours.map(type => `\`${type}\``).join(', '),
        says,
      ]),
    );
  });

  it('langgraph.md names the modes, and what they are asked for', () => {
    const rows = documentTable('../guides/langgraph.md', 'modes');
    expect(rows.map(([mode, wanted]) => ({ mode: codesIn(mode!)[0], types: codesIn(wanted!) }))).toEqual(
      MODES,
    );
  });

  it('the guides exist where the README says', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    for (const page of ['langgraph', 'ai-sdk-agents', 'model-streams'])
      expect(readme).toContain(`docs/guides/${page}.md`);
  });
});
