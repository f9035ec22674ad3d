import { agUiTeller } from '../../src/bridges/ag-ui/ag-ui-teller.ts';
import { chatTeller } from '../../src/bridges/ai-sdk/chat-teller.ts';
import type { Teller } from '../../src/bridges/teller.ts';
import { Entry } from '../../src/event/entry.ts';
import type { RunEvent } from '../../src/index.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';

const EVENTS = 5_000;

type Draft = Pick<RunEvent, 'type'> & { readonly data: object; readonly final?: true };

/** What runs say: the events of one after the other, and how often that is said again in it. */
interface Kind {
  readonly what: string;
  readonly drafts: readonly Draft[];
  /** Whether each time is a run of its own. */
  readonly isWhole?: boolean;
}

const callId = 'k3v9x2m10-17';
const askId = '019aa0de-7c11-7b52-9d1c-3f4f2e0c6a52';
const TOKENS: Kind = { what: 'token', drafts: [] };
const CALLS: Kind = {
  what: 'call of a tool and its result',
  drafts: [
    { type: 'tool.called', data: { callId, tool: 'search', args: { query: 'weather in Oslo', most: 5 } } },
    {
      type: 'tool.completed',
      data: { callId, result: { found: ['https://example.com/a', 'https://example.com/b'] }, durationMs: 42 },
    },
  ],
};
const UNKNOWN: Kind = {
  what: 'event of a type of its own',
  drafts: [{ type: 'custom:fraud', data: { score: 0.87, rule: 'velocity', account: 'a-17' } }],
};
const QUESTIONS: Kind = {
  what: 'question, answer and their statuses',
  drafts: [
    { type: 'ask', data: { askId, question: 'Send the mail to everybody?', schema: { type: 'boolean' } } },
    { type: 'status', data: { status: 'waiting' } },
    { type: 'answer', data: { askId, value: true, by: 'ann@example.com' } },
    { type: 'status', data: { status: 'running' } },
  ],
};
const RUNS: Kind = {
  what: 'run of a start, a token and an end',
  isWhole: true,
  drafts: [
    { type: 'started', data: { agent: 'chat', input: { text: 'What is the weather in Oslo?' } } },
    { type: 'token', data: { content: 'It rains.' } },
    { type: 'complete', final: true, data: { output: { text: 'It rains.' }, durationMs: 1_042 } },
  ],
};

/** What keeps the written from being optimised away. */
let total = 0;

/** What it costs to tell events in the words of AG-UI, and in chunks of the AI SDK, as frames. */
export const chatMaps: readonly Row[] = [
  ...rowsOf('ag-ui-map', 'AG-UI', () => agUiTeller({ threadId: 'a-thread' })),
  ...rowsOf('ai-sdk-map', 'AI SDK', () => chatTeller({})),
];

function rowsOf(name: string, system: string, teller: () => Teller): readonly Row[] {
  const row = (of: string, kind: Kind, others: Row['others'] = {}): Row => ({
    name: `${name}${of}`,
    what: `${system}: ${kind.what} → frames`,
    unit: 'ns',
    goal: { of: 'ratio', atMost: 2 },
    against: 'JSON.stringify of the event',
    base: () => stringified(kind),
    ours: () => told(kind, teller),
    others,
  });
  // A run has few of these, and each is more than one frame.
  const few = [QUESTIONS, RUNS].flatMap(kind => [
    [`JSON.stringify: ${kind.what}`, () => stringified(kind)] as const,
    [`${kind.what} → frames`, () => told(kind, teller)] as const,
  ]);
  return [row('', TOKENS, Object.fromEntries(few)), row('-tools', CALLS), row('-unknown', UNKNOWN)];
}

function stringified(kind: Kind): Promise<number> {
  return eachPass(kind, run => run.forEach(({ event }) => (total += JSON.stringify(event).length)));
}

function told(kind: Kind, teller: () => Teller): Promise<number> {
  return eachPass(kind, run => {
    // A run is told once; then it is told to somebody else.
    const telling = teller();
    for (const entry of run) total += telling.tell(entry).length;
  });
}

async function eachPass(kind: Kind, pass: (run: readonly Entry[]) => void): Promise<number> {
  const runs = runsOf(kind);
  const perPass = await cpuPerOperation(times => {
    for (let at = 0; at < times; at++) for (const run of runs) pass(run);
  });
  const events = runs.reduce((count, run) => count + run.length, 0);
  return total < 0 ? 0 : perPass / events;
}

function runsOf({ drafts, isWhole = false }: Kind): readonly (readonly Entry[])[] {
  // Written out as the engine writes them: what two spreads make is an object of another, slower kind.
  const events = prebuiltTokens(EVENTS).map((token, at) => {
    const { id, runId, tenantId, seq, time, source } = token;
    const { type, data, final } = drafts[at % drafts.length] ?? token;
    const event = { id, runId, tenantId, seq, type, time, data, source };
    return Entry.ofEvent((final ? { ...event, final } : event) as RunEvent, 200);
  });
  if (!isWhole) return [events];
  const length = drafts.length;
  return Array.from({ length: Math.floor(EVENTS / length) }, (_, at) =>
    events.slice(at * length, (at + 1) * length),
  );
}
