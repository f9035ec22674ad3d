import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { agUi } from '../../src/bridges/ag-ui/index.ts';
import { EVENTS } from '../../src/bridges/ag-ui/event-table.ts';
import { aiSdkChat } from '../../src/bridges/ai-sdk/index.ts';
import { CHAT_EVENTS } from '../../src/bridges/ai-sdk/chat-table.ts';
import { EVENT_TYPES } from '../../src/event/event-types.ts';

const code = (name: string) => `\`${name}\``;
/** `` `error` (recoverable) `` */
const named = (ours: string) => ours.replace(/^(.*?)(?= \(|$)/, found => code(found));

describe.each([
  ['ag-ui.md', EVENTS, agUi()],
  ['ai-sdk.md', CHAT_EVENTS, aiSdkChat()],
])('docs/guides/%s', (page, rows, bridge) => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/guides', page), 'utf8');

  it('has the events as they are', () => {
    const [, behind = ''] = text.split('<!-- events -->\n');
    const lines = behind.trimStart().split('\n');
    const cells = lines
      .slice(
        2,
        lines.findIndex(line => !line.startsWith('|')),
      )
      .map(line =>
        line
          .split('|')
          .slice(1, -1)
          .map(cell => cell.trim()),
      );
    expect(cells).toEqual(
      rows.map(({ ours, theirs, says }) => [named(ours), theirs.map(code).join(', '), says]),
    );
  });

  it('speaks of types that there are', () => {
    const types = rows.map(({ ours }) => ours.replace(/ \(.*/, ''));
    const unknown = types.filter(type => !type.startsWith('custom:'));
    expect(unknown.filter(type => !(EVENT_TYPES as readonly string[]).includes(type))).toEqual([]);
  });

  it('has every address', () => {
    const addresses = Object.entries(bridge.routes).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method} ${bridge.at}${path}`),
    );
    expect(addresses.filter(address => !text.includes(`\`${address}\``))).toEqual([]);
  });
});
