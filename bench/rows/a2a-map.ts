import { tokenText, workText } from '../../src/bridges/a2a/event-text.ts';
import { toStreamResponses, type TaskPlace } from '../../src/bridges/a2a/to-a2a.ts';
import type { RunEvent } from '../../src/index.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';

const EVENTS = 5_000;
const PLACE: TaskPlace = { contextId: 'a-thread', opened: new Set(['text']) };

/** What keeps the written from being optimised away. */
let total = 0;

/** What it costs to tell an event in the words of A2A, as text. */
export const a2aMap: Row = {
  name: 'a2a-map',
  what: 'A2A: token → text of its StreamResponse',
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: 'JSON.stringify of the event',
  base: () => eachEvent(prebuiltTokens(EVENTS), event => JSON.stringify(event)),
  ours: () => eachEvent(prebuiltTokens(EVENTS), told),
  others: {
    'JSON.stringify of a custom event': () => eachEvent(customs(), event => JSON.stringify(event)),
    'a custom event as text': () => eachEvent(customs(), told),
    'JSON.stringify of a progress': () => eachEvent(progresses(), event => JSON.stringify(event)),
    'a progress as text': () => eachEvent(progresses(), told),
  },
};

function told(event: RunEvent): string {
  return (
    tokenText(event, PLACE)?.text ??
    workText(event, PLACE) ??
    JSON.stringify(toStreamResponses(event, PLACE)[0])
  );
}

const customs = (): readonly RunEvent[] =>
  prebuiltTokens(EVENTS).map(event => ({
    ...event,
    type: 'custom:fraud',
    data: { score: 0.87, rule: 'velocity' },
  }));

const progresses = (): readonly RunEvent[] =>
  prebuiltTokens(EVENTS).map(event => ({
    ...event,
    type: 'progress',
    data: { fraction: 0.5, step: 'parse', message: 'half of the pages' },
  }));

async function eachEvent(events: readonly RunEvent[], text: (event: RunEvent) => string): Promise<number> {
  const perPass = await cpuPerOperation(times => {
    for (let pass = 0; pass < times; pass++) for (const event of events) total += text(event).length;
  });
  return total < 0 ? 0 : perPass / EVENTS;
}
