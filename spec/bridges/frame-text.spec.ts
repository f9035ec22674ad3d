import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { agUiTeller } from '../../src/bridges/ag-ui/ag-ui-teller.ts';
import { AgUiMapper } from '../../src/bridges/ag-ui/index.ts';
import { chatTeller } from '../../src/bridges/ai-sdk/chat-teller.ts';
import { ChatMapper } from '../../src/bridges/ai-sdk/index.ts';
import { placeText, quoted } from '../../src/bridges/said-text.ts';
import type { Teller } from '../../src/bridges/teller.ts';
import { Entry } from '../../src/event/entry.ts';
import { isNotice, type Notice } from '../../src/event/notice.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { randomEvents } from './random-events.ts';

type Item = RunEvent | Notice;

/** Says what the frames of items are to be, from the objects of the public mapper. */
interface Model {
  next(item: Item): string;
  rejoin(part: number): string;
}

function frame(said: object, cursor: string | undefined): string {
  return `data: ${JSON.stringify(said)}\n${cursor === undefined ? '' : `id: ${cursor}\n`}\n`;
}

function agUiModel(options: object): Model {
  const mapper = new AgUiMapper(options);
  const frames = (events: ReturnType<AgUiMapper['next']>) =>
    events.map(event => frame(event, event.metadata?.sluice.cursor)).join('');
  return { next: item => frames(mapper.next(item)), rejoin: part => frames(mapper.rejoin(part)) };
}

function chatModel(options: object): Model {
  const mapper = new ChatMapper(options);
  const frames = (chunks: ReturnType<ChatMapper['next']>) =>
    chunks.map(({ chunk, cursor }) => frame(chunk, cursor)).join('');
  return { next: item => frames(mapper.next(item)), rejoin: part => frames(mapper.rejoin(part)) };
}

const notices = fc.constantFrom<(event: RunEvent) => Notice>(
  ({ runId, seq, id }) => ({ notice: 'gap', runId, reason: 'trimmed', from: seq, to: seq, cursor: id }),
  ({ runId }) => ({ notice: 'reset', runId, reason: 'fork' }),
  ({ runId }) => ({ notice: 'reset', runId, reason: 'gone' }),
  ({ runId, time }) => ({ notice: 'degraded', runId, since: time }),
);
/** Texts that JSON escapes, and those around the length from which on they are written otherwise. */
const texts = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', '"', '\\', '\n', '\u0000', '\u007f', '\u2028', 'é', '😀', '\ud800'),
  }),
  fc.string({ unit: 'binary', minLength: 60, maxLength: 70 }),
);
/** Members that are told as texts. */
const TOLD: ReadonlySet<string> = new Set([
  ...['content', 'result', 'error', 'question', 'reason', 'message', 'tool', 'callId', 'title', 'delta'],
]);
/** Runs in which one text of three may be anything, and notices. */
const items = fc
  .tuple(
    randomEvents,
    fc.array(texts, { minLength: 1 }),
    fc.array(fc.tuple(fc.nat(), notices), { maxLength: 2 }),
  )
  .map(([events, odd, lost]): readonly Item[] => {
    let seen = 0;
    const oddly = (name: string, value: unknown): unknown =>
      TOLD.has(name) && typeof value === 'string' && ++seen % 3 === 0 ? odd[seen % odd.length] : value;
    const all = events.map(event => JSON.parse(JSON.stringify(event), oddly) as Item);
    for (const [at, notice] of lost)
      all.splice(at % (all.length + 1), 0, notice(events[at % events.length]!));
    return all;
  });

const systems: readonly [
  name: string,
  of: fc.Arbitrary<{ readonly model: Model; readonly teller: Teller }>,
][] = [
  [
    'AG-UI',
    fc.constantFrom({}, { threadId: 't', runId: 'r' }, { parentRunId: 'p"\n' }).map(options => ({
      model: agUiModel(options),
      teller: agUiTeller(options),
    })),
  ],
  [
    'the AI SDK',
    fc.constantFrom({}, { messageId: 'm"', dynamicTools: true }).map(options => ({
      model: chatModel(options),
      teller: chatTeller(options),
    })),
  ],
];

describe.each(systems)('frames of %s', (_, both) => {
  it('are, byte for byte, what JSON.stringify makes of what its mapper gives', () =>
    fc.assert(
      fc.property(both, items, fc.nat(), fc.nat({ max: 3 }), ({ model, teller }, said, cut, part) => {
        const known = cut % said.length;
        const entry = (item: Item) => (isNotice(item) ? item : Entry.ofEvent(item, 100));
        for (const item of said.slice(0, known)) {
          teller.know(entry(item));
          model.next(item);
        }
        expect(teller.rejoin(part)).toBe(model.rejoin(part));
        for (const item of said.slice(known)) expect(teller.tell(entry(item))).toBe(model.next(item));
      }),
      { numRuns: 1_000 },
    ));
});

it('a text is quoted as JSON.stringify does it', () =>
  fc.assert(
    fc.property(fc.oneof(texts, fc.string({ unit: 'binary' })), text => {
      expect(quoted(text)).toBe(JSON.stringify(text));
    }),
    { numRuns: 2_000 },
  ));

it('facts have the cursor as it is spread into them', () =>
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('a', 'cursor', '1', '__proto__'), fc.jsonValue()), facts => {
      const cursor = 'epoch.1.0';
      expect(placeText(facts, cursor)).toBe(JSON.stringify({ ...facts, cursor }));
      expect(placeText(facts, undefined)).toBe(JSON.stringify(facts));
    }),
  ));
