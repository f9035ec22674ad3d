import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  fromDockrionEvent,
  toDockrionEvent,
  type DockrionEvent,
} from '../../../src/bridges/dockrion/dockrion-event.ts';
import { EVENTS } from '../../../src/bridges/dockrion/event-table.ts';
import { fromEventsFilter } from '../../../src/bridges/dockrion/events-filter.ts';
import { parseEventInput } from '../../../src/event/parse-event.ts';
import { EVENT_TYPES } from '../../../src/event/event-types.ts';
import type { JsonObject } from '../../../src/event/json.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { createContext } from '../../../src/run/queue-context.ts';

const HEAD = { id: 'e.3.0', run_id: 'r', sequence: 3, timestamp: '2030-01-01T00:00:00.000Z' };

function event(type: string, data: JsonObject): RunEvent {
  return {
    ...{ id: 'e.3.0', runId: 'r', tenantId: 'default', seq: 3, type, time: HEAD.timestamp, data },
  } as unknown as RunEvent;
}

/** Each type, as Dockrion writes it with all its fields, and ours. */
const PAIRS: readonly [string, JsonObject, string, JsonObject][] = [
  ['started', { agent_name: 'a', framework: 'custom' }, 'started', { agent: 'a', framework: 'custom' }],
  ['started', { agent_name: null, framework: null }, 'started', {}],
  [
    ...(['progress', { step: 's', progress: 0.5, message: 'm' }] as const),
    ...(['progress', { step: 's', fraction: 0.5, message: 'm' }] as const),
  ],
  ['checkpoint', { name: 'c', data: {} }, 'checkpoint', { name: 'c', data: {} }],
  ['token', { content: 'Hi', finish_reason: 'stop' }, 'token', { content: 'Hi', finishReason: 'stop' }],
  [
    ...(['step', { node_name: 'n', duration_ms: 150, input_keys: ['a'], output_keys: [] }] as const),
    ...(['step', { name: 'n', durationMs: 150, inputKeys: ['a'] }] as const),
  ],
  [
    ...(['complete', { output: { x: 1 }, latency_seconds: 1.005, metadata: {} }] as const),
    ...(['complete', { output: { x: 1 }, durationMs: 1005 }] as const),
  ],
  [
    ...(['error', { error: 'e', code: 'X', details: null }] as const),
    ...(['error', { message: 'e', code: 'X', recoverable: false }] as const),
  ],
  [
    ...(['warning', { error: 'e', code: 'X', details: { a: 1 } }] as const),
    ...(['error', { message: 'e', code: 'X', recoverable: true, details: { a: 1 } }] as const),
  ],
  ['cancelled', { reason: 'enough' }, 'cancelled', { reason: 'enough' }],
  ['fraud_check', { score: 1 }, 'custom:fraud_check', { score: 1 }],
  ['custom:token', { x: 1 }, 'custom:token', { x: 1 }],
  ['custom:tool.called', { x: 1 }, 'custom:tool.called', { x: 1 }],
  ['node.skipped', { name: 'n' }, 'node.skipped', { name: 'n' }],
  ['fraud_check', { _id: 1, __type: 2 }, 'custom:fraud_check', { id: 1, _type: 2 }],
];

describe('events of Dockrion', () => {
  it.each(PAIRS)('%s %j is %s %j', (type, fields, ours, data) => {
    const theirs = { ...HEAD, type, ...fields };
    expect(toDockrionEvent(event(ours, data))).toEqual(theirs);
    expect(fromDockrionEvent(theirs)).toEqual({ type: ours, data });
  });

  it('are all in the table of pairs', () => {
    const paired = new Set(PAIRS.map(([type]) => type));
    expect(EVENTS.map(row => row.theirs).filter(type => !paired.has(type))).toEqual([]);
  });

  it('may leave out what has a default, and are ours nevertheless', () => {
    for (const [type, fields] of [
      ['progress', { step: 's' }],
      ['progress', { step: 's', progress: 7 }],
      ['error', { error: 'e' }],
      ['complete', {}],
      ['cancelled', {}],
    ] as const) {
      const produced = fromDockrionEvent({ type, ...fields });
      expect(() => parseEventInput(produced, undefined, { ends: { durationMs: 1 } })).not.toThrow();
    }
    expect(fromDockrionEvent({ type: 'progress', step: 's', progress: 7 }).data['fraction']).toBe(1);
  });

  it.each([['heartbeat'], ['a\nid: 1'], [''], [7]])('have no type %j that could be ours', type => {
    const call = (): unknown => fromDockrionEvent({ type: type as string });
    expect(call).toThrow(expect.objectContaining({ code: 'BAD_EVENT' }));
  });

  const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<never>;
  const name = fc.constantFrom(
    ...['id', 'type', '_id', '__id', 'sequence', 'score', 'error', 'message', 'node_name', 'x'],
  );
  const extras = fc.dictionary(name, json, { maxKeys: 4 });

  it('give back what they were made of, whatever a user calls his fields', () => {
    const known = EVENT_TYPES.filter(type => !EVENTS.some(row => row.ours === type));
    const types = fc.constantFrom(
      ...known,
      'custom:x',
      'custom:token',
      'custom:heartbeat',
      'custom:node.failed',
    );
    fc.assert(
      fc.property(types, extras, (type, data) => {
        const theirs = JSON.parse(JSON.stringify(toDockrionEvent(event(type, data)))) as DockrionEvent;
        expect(theirs).toMatchObject(HEAD);
        expect(fromDockrionEvent(theirs)).toEqual({ type, data: JSON.parse(JSON.stringify(data)) as object });
      }),
    );
    const rows = fc.constantFrom(...PAIRS.filter(([type]) => EVENTS.some(row => row.theirs === type)));
    fc.assert(
      fc.property(rows, extras, ([, , type, data], more) => {
        const said = { ...more, ...data };
        const row = EVENTS.find(found => found.ours === type)!;
        // A field of the type itself is no field of the user's.
        for (const { ours } of row.fields) if (!(ours in data)) delete said[ours];
        const theirs = JSON.parse(JSON.stringify(toDockrionEvent(event(type, said)))) as DockrionEvent;
        expect(theirs).toMatchObject(HEAD);
        expect(fromDockrionEvent(theirs)).toEqual({ type, data: JSON.parse(JSON.stringify(said)) as object });
      }),
    );
  });
});

describe('the events a Dockfile allows', () => {
  it.each<[string | string[] | undefined, string, boolean]>([
    [undefined, 'all', true],
    ['minimal', 'minimal', false],
    ['chat', 'token,step', true],
    ['debug', 'all', true],
    ['all', 'all', true],
    [['token', 'step', 'custom:fraud_check'], 'token,step,custom:fraud_check', false],
    [['custom', 'heartbeat', 'started'], 'custom:*', true],
    [['error'], 'minimal', false],
    [[], 'minimal', false],
  ])('%j is the filter %s', (allowed, filter, heartbeats) => {
    expect(fromEventsFilter(allowed)).toEqual({ filter, heartbeats });
    const context = createContext({ filter });
    context.token('a');
    expect(context.size).toBe(filter.includes('token') || filter === 'all' ? 1 : 0);
  });

  it.each([['loud'], [['custom:']], [['tokens']], [['custom:a-b']], [['chat']]])('%j is refused', allowed => {
    expect(() => fromEventsFilter(allowed)).toThrow(expect.objectContaining({ code: 'BAD_FILTER' }));
  });
});
