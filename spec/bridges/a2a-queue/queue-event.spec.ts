import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ENVELOPE, EVENTS, STATES } from '../../../src/bridges/a2a-queue/event-table.ts';
import {
  fromQueueCheckpoint,
  fromQueueEvent,
  toQueueEvent,
} from '../../../src/bridges/a2a-queue/queue-event.ts';
import type { JsonObject } from '../../../src/event/json.ts';
import { parseEventInput } from '../../../src/event/parse-event.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';

const TIME = '2030-01-01T00:00:00.000Z';
const HEAD = { event_id: 'e.3.0', task_id: 'r', tenant_id: 'default', timestamp: TIME, next_offset: 3 };

function event(type: string, data: JsonObject): RunEvent {
  return {
    ...{ id: 'e.3.0', runId: 'r', tenantId: 'default', seq: 3, type, time: TIME, data },
  } as unknown as RunEvent;
}

const PAIRS: readonly [string, JsonObject, string, JsonObject][] = [
  [
    ...(['status', { state: 'working', phase: 'planning', message: 'm' }] as const),
    ...(['custom:status', { state: 'working', phase: 'planning', message: 'm' }] as const),
  ],
  [
    ...(['status', { state: 'cancelled', phase: null, message: 'enough' }] as const),
    ...(['cancelled', { reason: 'enough' }] as const),
  ],
  [
    ...(['progress', { current: 5, total: 10, percentage: 50, step: 's', details: { v: 1 } }] as const),
    ...(['progress', { current: 5, total: 10, fraction: 0.5, step: 's', details: { v: 1 } }] as const),
  ],
  [
    ...(['progress', { current: 0, total: 0, percentage: 7, step: null, details: null }] as const),
    ...(['progress', { fraction: 0.07 }] as const),
  ],
  [
    ...(['artifact', { artifact_type: 't', artifact_id: 'a', data: { x: 1 }, is_partial: true }] as const),
    ...(['artifact', { artifactType: 't', artifactId: 'a', data: { x: 1 }, partial: true }] as const),
  ],
  [
    'error',
    { error_type: 'T', error_message: 'm', error_code: 'C', context: { a: 1 }, recoverable: true },
    'error',
    { errorType: 'T', message: 'm', code: 'C', details: { a: 1 }, recoverable: true },
  ],
  [
    'error',
    { error_type: 'Error', error_message: 'm', error_code: null, context: null, recoverable: false },
    'error',
    { message: 'm', code: 'AGENT_ERROR', recoverable: false },
  ],
  [
    ...(['complete', { result: { x: 1 }, summary: 's', execution_time_seconds: 10.5 }] as const),
    ...(['complete', { output: { x: 1 }, summary: 's', durationMs: 10_500 }] as const),
  ],
];

describe('events of the queue', () => {
  it.each(PAIRS)('%s %j is %s %j', (event_type, fields, type, data) => {
    const theirs = { ...HEAD, event_type, ...fields };
    expect(toQueueEvent(event(type, data))).toEqual(theirs);
    expect(fromQueueEvent(theirs)).toEqual({ type, data });
  });

  it('are taken by a run as they are', () => {
    for (const [event_type, fields] of PAIRS) {
      const produced = fromQueueEvent({ event_type, ...fields });
      expect(() => parseEventInput(produced, undefined, { ends: { durationMs: 1 } })).not.toThrow();
    }
    const { data } = fromQueueEvent({ event_type: 'artifact', artifact_type: 't', data: {} });
    expect(data['artifactId']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('tell every status of a run as a state', () => {
    for (const [status, state] of Object.entries(STATES)) {
      expect(toQueueEvent(event('status', { status }))).toMatchObject({ event_type: 'status', state });
    }
  });

  it('leave out what they have no word for', () => {
    for (const type of ['token', 'step', 'tool.called', 'control.decided', 'custom:other', 'unknown']) {
      expect(toQueueEvent(event(type, {}))).toBeUndefined();
    }
  });

  it.each([
    [{ event_type: 'token' }, 'event_type'],
    [{ event_type: 'status', state: 'odd' }, 'state'],
    [{ event_type: 'status' }, 'state'],
  ])('%j is refused', (theirs, field) => {
    expect(() => fromQueueEvent(theirs)).toThrow(
      expect.objectContaining({ code: 'BAD_EVENT', message: expect.stringContaining(`event: ${field}`) }),
    );
  });

  const text = fc.string();
  const maybe = (value: fc.Arbitrary<unknown>) => fc.option(value, { nil: null });
  const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  const nonEmpty = fc.string({ minLength: 1 });
  const theirs: fc.Arbitrary<Record<string, unknown> & { event_type: string }> = fc.oneof(
    fc.record({
      event_type: fc.constant('status'),
      state: fc.constantFrom(...Object.values(STATES).filter(state => state !== 'cancelled')),
      ...{ phase: maybe(text), message: maybe(text) },
    }),
    fc.record({
      event_type: fc.constant('progress'),
      ...{ current: fc.nat(9_999), total: fc.nat(9_999), percentage: fc.nat(1_000).map(n => n / 10) },
      ...{ step: maybe(text), details: maybe(object) },
    }),
    fc.record({
      event_type: fc.constant('artifact'),
      ...{ artifact_type: nonEmpty, artifact_id: nonEmpty, data: object, is_partial: fc.boolean() },
    }),
    fc.record({
      event_type: fc.constant('error'),
      ...{ error_type: nonEmpty, error_message: text, error_code: maybe(fc.constantFrom('A', 'B')) },
      ...{ context: maybe(object), recoverable: fc.boolean() },
    }),
    fc.record({
      event_type: fc.constant('complete'),
      ...{ result: maybe(object), summary: maybe(text) },
      execution_time_seconds: maybe(fc.nat(9_999_999).map(ms => ms / 1_000)),
    }),
  );

  it('give back what they were made of', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(theirs, said => {
        seen.add(said.event_type);
        const whole = JSON.parse(JSON.stringify({ ...HEAD, ...said })) as typeof said;
        const { type, data } = fromQueueEvent(whole);
        for (const name of ENVELOPE) expect(data).not.toHaveProperty([name]);
        expect(JSON.parse(JSON.stringify(toQueueEvent(event(type, data))))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
    expect([...seen].sort()).toEqual(EVENTS.map(row => row.theirs).sort());
  });

  it('count the tasks of a checkpoint', () => {
    const tasks = { a: { status: 'completed' }, b: { status: 'completed' }, c: { status: 'failed' } };
    expect(fromQueueCheckpoint({ phase: 'p', tasks, note: 1 })).toEqual([
      { type: 'checkpoint', data: { name: 'p', data: { phase: 'p', tasks, note: 1 } } },
      { type: 'progress', data: { step: 'p', current: 2, total: 3, fraction: 2 / 3 } },
    ]);
    expect(fromQueueCheckpoint({ phase: 'p', tasks: {} })).toHaveLength(1);
  });
});
