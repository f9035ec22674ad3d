import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { EVENTS, EXTENSION, STATES } from '../../../src/bridges/a2a/event-table.ts';
import { TEXT_FIELDS } from '../../../src/bridges/a2a/message-input.ts';
import { OPERATIONS } from '../../../src/bridges/a2a/operations.ts';
import { REST } from '../../../src/bridges/a2a/rest.ts';
import { documentTable } from '../document-table.ts';

const PAGE = '../guides/a2a.md';
const code = (text: string | undefined): string => (text === undefined ? '' : `\`${text}\``);

describe('docs/guides/a2a.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/guides/a2a.md'), 'utf8');

  it('has the events as they are', () =>
    expect(documentTable(PAGE, 'events')).toEqual(
      EVENTS.map(row => [code(row.ours), code(row.theirs), code(row.text)]),
    ));

  it('has the states as they are', () =>
    expect(documentTable(PAGE, 'statuses')).toEqual(
      Object.entries(STATES).map(([ours, theirs]) => [code(ours), code(theirs)]),
    ));

  it('has every address and name', () => {
    const paths = [...new Set(REST.map(({ path }) => path.replace(/\/pushNotificationConfigs.*/, '')))];
    expect(paths.filter(path => !text.includes(path.replace('{taskId}', '{id}')))).toEqual([]);
    expect(text).toContain(EXTENSION);
    expect(TEXT_FIELDS.filter(name => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('leaves no operation without an address', () => {
    const served = new Set<string>(REST.map(({ operation }) => operation));
    expect(Object.keys(OPERATIONS).filter(name => !served.has(name))).toEqual([]);
  });
});
