import { TaskFold } from '../../src/bridges/a2a/task-fold.ts';
import { toStreamResponses, type TaskPlace } from '../../src/bridges/a2a/to-a2a.ts';
import { tokenText } from '../../src/bridges/a2a/token-text.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';

const EVENTS = 5_000;

function told(event: Token, place: TaskPlace): string {
  return JSON.stringify(toStreamResponses(event, place)[0]);
}

/** What keeps the written from being optimised away. */
let total = 0;

/** What it costs to tell an event in the words of A2A, as text. */
export const a2aMap: Row = {
  name: 'a2a-map',
  what: 'A2A: token → text of its StreamResponse',
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: 'JSON.stringify of the event',
  base: () => eachEvent(event => JSON.stringify(event).length),
  ours: () => {
    const place = { contextId: 'a-thread', opened: new Set(['text', 'text:m']) };
    return eachEvent(event => (tokenText(event, place)?.text ?? told(event, place)).length);
  },
  others: { 'other events, and the task as it adds up': folded },
};

function folded(): Promise<number> {
  const birth = { runId: 'r', contextId: 'c', createdAt: '2026-01-01T00:00:00.000Z', message: undefined };
  const fold = new TaskFold(birth);
  return eachEvent(event => JSON.stringify(fold.add(event)[0]).length);
}

type Token = ReturnType<typeof prebuiltTokens>[number];

async function eachEvent(told: (event: Token) => number): Promise<number> {
  const events = prebuiltTokens(EVENTS);
  const perPass = await cpuPerOperation(times => {
    for (let pass = 0; pass < times; pass++) for (const event of events) total += told(event);
  });
  return total < 0 ? 0 : perPass / EVENTS;
}
