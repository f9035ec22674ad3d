import { eventTexts } from '../../src/bridges/a2a/event-text.ts';
import type { TaskPlace } from '../../src/bridges/a2a/to-a2a.ts';
import type { RunEvent } from '../../src/index.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';

const EVENTS = 5_000;
const PLACE: TaskPlace = { contextId: 'a-thread', opened: new Set(['text']) };

/** What keeps the written from being optimised away. */
let total = 0;

const told = (event: RunEvent): number =>
  eventTexts(event, PLACE)!.reduce((sum, { length }) => sum + length, 0);
const stringified = (event: RunEvent): number => JSON.stringify(event).length;

/** Written out as the engine writes them: what two spreads make is an object of another, slower kind. */
const as = (type: string, data: object, final?: true) => (): readonly RunEvent[] =>
  prebuiltTokens(EVENTS).map(({ id, runId, tenantId, seq, time, source }) => {
    const event = { id, runId, tenantId, seq, type, time, data, source };
    return (final ? { id, runId, tenantId, seq, type, time, data, source, final } : event) as RunEvent;
  });

const SCHEMA = { type: 'object', properties: { approve: { type: 'boolean' }, note: { type: 'string' } } };
const REPORT = {
  title: 'Three rivers',
  rows: [
    { name: 'Elbe', km: 1_094 },
    { name: 'Oder', km: 866 },
  ],
};
const FAILURE = { code: 'AGENT_ERROR', message: 'the page could not be read', recoverable: false };

/** What it costs to tell an event in the words of A2A, as text. */
export const a2aMapRows: readonly Row[] = [
  row('a2a-map', 'token', () => prebuiltTokens(EVENTS)),
  row('a2a-map-custom', 'custom event', as('custom:fraud', { score: 0.87, rule: 'velocity' })),
  row(
    'a2a-map-progress',
    'progress',
    as('progress', { fraction: 0.5, step: 'parse', message: 'half of the pages' }),
  ),
  row('a2a-map-ask', 'question', as('ask', { askId: 'a1', question: 'Shall it be sent?', schema: SCHEMA })),
  row('a2a-map-answer', 'answer', as('answer', { askId: 'a1', value: { approve: true }, by: 'ada' })),
  row(
    'a2a-map-artifact',
    'artifact',
    as('artifact', { artifactId: 'r1', artifactType: 'report', data: REPORT }),
  ),
  row(
    'a2a-map-end',
    'end with an output, two updates',
    as('complete', { output: REPORT, durationMs: 812 }, true),
  ),
  row('a2a-map-failure', 'end as failed', as('error', FAILURE, true)),
  row('a2a-map-cancel', 'end as cancelled', as('cancelled', { reason: 'enough' }, true)),
];

function row(name: string, what: string, events: () => readonly RunEvent[]): Row {
  return {
    ...{ name, what: `A2A: ${what} → text`, unit: 'ns', goal: { of: 'ratio', atMost: 2 } },
    against: 'JSON.stringify of the event',
    base: () => eachEvent(events(), stringified),
    ours: () => eachEvent(events(), told),
    others: {},
  };
}

async function eachEvent(events: readonly RunEvent[], length: (event: RunEvent) => number): Promise<number> {
  const perPass = await cpuPerOperation(times => {
    for (let pass = 0; pass < times; pass++) for (const event of events) total += length(event);
  });
  return total < 0 ? 0 : perPass / EVENTS;
}
