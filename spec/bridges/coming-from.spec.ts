import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as queueTables from '../../src/bridges/a2a-queue/event-table.ts';
import { a2aQueue } from '../../src/bridges/a2a-queue/a2a-queue.ts';
import { dockrion } from '../../src/bridges/dockrion/dockrion.ts';
import { STATUSES } from '../../src/bridges/dockrion/dockrion-run.ts';
import { EVENTS } from '../../src/bridges/dockrion/event-table.ts';
import { PRESETS } from '../../src/bridges/dockrion/events-filter.ts';
import type { Bridge } from '../../src/bridges/bridge.ts';
import type { EventRow } from '../../src/bridges/a2a-queue/event-table.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createContext } from '../../src/run/queue-context.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codesIn, documentTable, fieldsCell, named } from './document-table.ts';

const code = (text: string | undefined): string => (text === undefined ? '' : `\`${text}\``);
const pairs = (table: Readonly<Record<string, string>>) =>
  Object.entries(table).map(([ours, theirs]) => [code(ours), code(theirs)]);
const eventRows = (rows: readonly EventRow[]) =>
  rows.map(({ theirs, ours, fields }) => [code(theirs), code(ours), fieldsCell(fields)]);

describe.each([
  ['dockrion.md', EVENTS, STATUSES, dockrion({ at: '' })],
  ['a2a-event-queue.md', queueTables.EVENTS, queueTables.STATES, a2aQueue()],
] as const)('docs/coming-from/%s', (page, events, statuses, bridge: Bridge) => {
  it('has the events and fields as they are', () =>
    expect(documentTable(page, 'events')).toEqual(eventRows(events)));

  it('has the statuses as they are', () => expect(documentTable(page, 'statuses')).toEqual(pairs(statuses)));

  it('has every address', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/coming-from', page), 'utf8');
    const addresses = Object.entries(bridge.routes).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method} ${path}`),
    );
    expect(addresses.filter(address => !new RegExp(`${escaped(address)}[ ,|]`).test(text))).toEqual([]);
  });
});

describe('docs/coming-from', () => {
  it('has the presets of Dockrion as they are', () =>
    expect(documentTable('dockrion.md', 'presets')).toEqual(
      Object.entries(PRESETS).map(([name, { filter, heartbeats }]) => [
        ...[code(name), code(filter), heartbeats ? 'events' : 'comments'],
      ]),
    ));

  it('has what the queue is told as states as it is', () =>
    expect(documentTable('a2a-event-queue.md', 'states')).toEqual(
      Object.entries(queueTables.TOLD_AS_STATUS).map(([type, { state, phase, message }]) => [
        ...[code(type), code(state), code(phase), code(message)],
      ]),
    ));

  const engine = createEngine({ grace: 0 });
  let roots: Record<string, object>;
  beforeAll(async () => {
    roots = { engine, ctx: createContext(), writer: await engine.open() };
  });
  afterAll(() => engine.close());

  it.each(['dockrion.md', 'a2a-event-queue.md'])('%s names only calls that there are', page => {
    const calls = documentTable(page, 'calls').flatMap(([, ours]) => codesIn(ours!));
    expect(calls.length).toBeGreaterThan(9);
    expect(calls.filter(call => named(call, roots) === undefined)).toEqual([]);
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[{}/.]/g, '\\$&');
}
