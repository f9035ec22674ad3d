import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EVENTS, EXTENSION } from '../../../src/bridges/a2a/event-table.ts';
import { fromStreamResponse, fromStreamResponses } from '../../../src/bridges/a2a/from-a2a.ts';
import { TaskFold } from '../../../src/bridges/a2a/task-fold.ts';
import { toStreamResponses } from '../../../src/bridges/a2a/to-a2a.ts';
import { eventTexts } from '../../../src/bridges/a2a/event-text.ts';
import type { A2aStreamResponse } from '../../../src/bridges/a2a/wire.ts';
import { EVENT_TYPES } from '../../../src/event/event-types.ts';
import type { JsonObject } from '../../../src/event/json.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';

const name = fc.stringMatching(/^[a-z~][a-z0-9:]{0,6}$/);
const plain = fc.jsonValue({ maxDepth: 2 }).map(value => JSON.parse(JSON.stringify(value)) as never);
const members = fc.dictionary(name, plain, { maxKeys: 3 });
const data: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  token: fc.record(
    { content: fc.string(), messageId: name, role: name, finishReason: name },
    { requiredKeys: ['content'] },
  ),
  artifact: fc.record(
    {
      artifactId: fc.oneof(name, fc.constantFrom('text', 'text:m', 'output', '~')),
      artifactType: fc.oneof(name, fc.constant('text/markdown')),
      name: fc.string(),
      data: fc.oneof(
        plain,
        fc.string(),
        fc.constant([{ text: 'a' }, { url: 'https://a.example', mediaType: 'image/png' }]),
        fc.constant([{ text: 'alone' }]),
        fc.constant({ url: 'https://a.example' }),
        fc.constant({ text: 'a', mediaType: 'text/markdown' }),
      ),
      partial: fc.boolean(),
      last: fc.boolean(),
      append: fc.boolean(),
    },
    { requiredKeys: ['artifactId', 'artifactType', 'data'] },
  ),
  progress: fc.record({ fraction: fc.constant(0.5), message: fc.string() }, { requiredKeys: ['fraction'] }),
  step: fc.record({ name }),
  status: fc.record({ status: fc.constantFrom('running', 'waiting', 'completed'), message: fc.string() }),
  ask: fc.record({ askId: name, question: fc.string(), schema: members }),
  answer: fc.record({ askId: name, value: plain }),
  complete: fc.record(
    { output: plain, summary: fc.string(), durationMs: fc.nat() },
    { requiredKeys: ['durationMs'] },
  ),
  error: fc.record({
    code: fc.constantFrom('VETOED', 'AGENT_ERROR'),
    message: fc.string(),
    recoverable: fc.boolean(),
  }),
  cancelled: fc.record({ reason: fc.string() }, { requiredKeys: [] }),
  'node.started': fc.record({ name, attempt: fc.constant(1) }),
  'custom:odd': members,
  'future.thing': members,
};

const events: fc.Arbitrary<RunEvent[]> = fc
  .array(
    fc.constantFrom(...Object.keys(data)).chain(type =>
      fc.record(
        {
          type: fc.constant(type),
          data: data[type]!,
          source: fc.constantFrom('agent', 'user'),
          node: name,
          cause: fc.nat(),
          metadata: members,
        },
        { requiredKeys: ['type', 'data'] },
      ),
    ),
    { maxLength: 12 },
  )
  .map(list =>
    list.map((event, at) => {
      const id = `e.${at + 1}.0`;
      return {
        id,
        runId: 'r',
        tenantId: 't',
        seq: at + 1,
        time: '2026-01-01T00:00:00.000Z',
        ...event,
      } as unknown as RunEvent;
    }),
  );

function told(list: readonly RunEvent[], fold = newFold()): A2aStreamResponse[] {
  return list.flatMap(event => fold.add(event));
}

function newFold(): TaskFold {
  return new TaskFold({
    runId: 'r',
    contextId: 'c',
    createdAt: '2026-01-01T00:00:00.000Z',
    message: undefined,
  });
}

/** What of an event travels; an end says by its state that it is final. */
function bare({ type, data: held, source, node, cause, metadata }: RunEvent): object {
  return JSON.parse(JSON.stringify({ type, data: held, source, node, cause, metadata })) as object;
}

describe('events and what A2A streams', () => {
  it('are the same events again, in order, unknown ones too', () =>
    fc.assert(
      fc.property(events, list => {
        const wire = JSON.parse(JSON.stringify(told(list))) as A2aStreamResponse[];
        expect(fromStreamResponses(wire)).toEqual(list.map(bare));
      }),
    ));

  it('carry the cursor of each event, once and in order', () =>
    fc.assert(
      fc.property(events, list => {
        const cursors = told(list).flatMap(response => {
          const { metadata } = Object.values(response)[0] as {
            metadata: Record<string, { cursor?: string }>;
          };
          return metadata[EXTENSION]!.cursor ?? [];
        });
        expect(cursors).toEqual(list.map(({ id }) => id));
      }),
    ));

  it('add up to the same task from wherever a client begins', () =>
    fc.assert(
      fc.property(events, fc.nat(12), (list, place) => {
        const whole = newFold();
        told(list, whole);
        const resumed = newFold();
        told(list.slice(0, place), resumed);
        told(list.slice(place), resumed);
        expect(resumed.task()).toEqual(whole.task());
      }),
    ));

  it('are the same text in the way that they are written', () =>
    fc.assert(
      fc.property(events, fc.boolean(), (list, isOpen) => {
        const place = { contextId: 'c', opened: { has: () => isOpen } };
        for (const event of list) {
          const whole = toStreamResponses(event, place).map(response => JSON.stringify(response));
          expect(eventTexts(event, place)).toEqual(whole);
        }
      }),
    ));

  it('open each artifact without append, and go on with it', () => {
    const token = (seq: number): RunEvent => ({
      ...{ id: `e.${seq}.0`, runId: 'r', tenantId: 't', seq, time: '2026-01-01T00:00:00.000Z' },
      ...{ type: 'token', data: { content: 'x', messageId: 'm' } },
    });
    const [first, second] = told([token(1), token(2)]) as { artifactUpdate: { append?: boolean } }[];
    expect([first!.artifactUpdate.append, second!.artifactUpdate.append]).toEqual([undefined, true]);
  });

  it('end one to one', () => {
    const end = (type: string, held: JsonObject): string => {
      const event = { id: 'e.1.0', runId: 'r', seq: 1, time: 'now', type, data: held, final: true };
      const [response] = toStreamResponses(event as unknown as RunEvent, {
        contextId: 'c',
        opened: new Set(),
      });
      return (response as { statusUpdate: { status: { state: string } } }).statusUpdate.status.state;
    };
    expect([
      end('complete', { durationMs: 1 }),
      end('error', { code: 'AGENT_ERROR', message: '' }),
      end('error', { code: 'VETOED', message: '' }),
      end('cancelled', {}),
    ]).toEqual(['COMPLETED', 'FAILED', 'REJECTED', 'CANCELED'].map(state => `TASK_STATE_${state}`));
  });

  it('have a row for every type that is not told whole', () => {
    const types: readonly string[] = EVENT_TYPES;
    expect(EVENTS.filter(({ ours }) => !types.includes(ours))).toEqual([]);
  });
});

describe('what other agents say', () => {
  const parts = fc.array(
    fc.oneof(
      fc.record({ text: fc.string() }),
      fc.record({ text: fc.string(), mediaType: fc.constant('text/plain') }),
      fc.record({ data: plain }),
      fc.record({ url: fc.webUrl(), filename: name }),
    ),
    { minLength: 1, maxLength: 3 },
  );
  const ids = { taskId: fc.constant('r'), contextId: fc.constant('c') };
  const message = fc.record({ messageId: name, role: fc.constant('ROLE_AGENT'), parts });
  const state = fc.constantFrom('WORKING', 'INPUT_REQUIRED', 'COMPLETED', 'FAILED', 'REJECTED', 'CANCELED');
  const status = fc.record(
    {
      state: state.map(text => `TASK_STATE_${text}`),
      message,
      timestamp: fc.constant('2026-01-01T00:00:00Z'),
    },
    { requiredKeys: ['state'] },
  );
  const metadata = fc.dictionary(name, plain, { minKeys: 1, maxKeys: 2 });
  const response = fc.oneof(
    fc.record({
      statusUpdate: fc.record(
        { ...ids, status, metadata },
        { requiredKeys: ['taskId', 'contextId', 'status'] },
      ),
    }),
    fc.record({ task: fc.record({ id: fc.constant('r'), contextId: fc.constant('c'), status }) }),
    fc.record({ message }),
    fc.record({
      artifactUpdate: fc.record(
        {
          ...ids,
          artifact: fc.record(
            { artifactId: name, name: fc.string(), parts },
            { requiredKeys: ['artifactId', 'parts'] },
          ),
          append: fc.constant(true),
          lastChunk: fc.constant(true),
          metadata,
        },
        { requiredKeys: ['taskId', 'contextId', 'artifact'] },
      ),
    }),
  );

  it('is told again as it came', () =>
    fc.assert(
      fc.property(response, said => {
        const given = JSON.parse(JSON.stringify(said)) as A2aStreamResponse;
        const produced = fromStreamResponse(given)!;
        const event = { id: 'e.1.0', runId: 'r', seq: 1, time: 'now', ...produced } as unknown as RunEvent;
        const [again] = JSON.parse(
          JSON.stringify(toStreamResponses(event, { contextId: 'c', opened: new Set() })),
        ) as Record<string, { metadata: Record<string, unknown> }>[];
        const [kind] = Object.keys(again!);
        delete again![kind!]!.metadata[EXTENSION];
        if (Object.keys(again![kind!]!.metadata).length === 0)
          delete (again![kind!] as { metadata?: object }).metadata;
        expect(again).toEqual(given);
      }),
    ));
});
