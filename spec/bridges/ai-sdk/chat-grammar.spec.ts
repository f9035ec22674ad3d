import { describe, expect, it } from '@jest/globals';
import { readUIMessageStream, type UIMessage, uiMessageChunkSchema, type UIMessageChunk } from 'ai';
import fc from 'fast-check';
import { from, lastValueFrom, toArray } from 'rxjs';
import {
  type ChatChunk,
  ChatMapper,
  type PlacedChunk,
  toChatChunks,
} from '../../../src/bridges/ai-sdk/index.ts';
import { tellerPlace } from '../../../src/bridges/teller.ts';
import type { Notice } from '../../../src/event/notice.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { randomEvents } from '../random-events.ts';
import { partsOf, textOf } from './chat-lab.ts';

const told = (items: readonly (RunEvent | Notice)[], mapper = new ChatMapper()) =>
  items.flatMap(item => mapper.next(item));

/** What the AI SDK makes of chunks, as it would after they came over the wire. Rejects for what it cannot read. */
async function read(chunks: readonly ChatChunk[], message?: UIMessage): Promise<UIMessage | undefined> {
  const { validate } =
    typeof uiMessageChunkSchema === 'function' ? uiMessageChunkSchema() : uiMessageChunkSchema;
  const wire = JSON.parse(JSON.stringify(chunks)) as UIMessageChunk[];
  const refused: UIMessageChunk[] = [];
  for (const chunk of wire) if (!(await validate!(chunk)).success) refused.push(chunk);
  expect(refused).toEqual([]);
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of wire) controller.enqueue(chunk);
      controller.close();
    },
  });
  let last = message;
  const faults: unknown[] = [];
  const said = wire.filter(({ type }) => type === 'error').length;
  const copy = message && structuredClone(message);
  for await (const next of readUIMessageStream({
    ...(copy && { message: copy }),
    stream,
    onError: fault => void faults.push(fault),
  })) {
    last = next;
  }
  // An error of the run is told as one, and nothing else is.
  expect(faults.map(String)).toHaveLength(said);
  return last;
}

const cuts = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
const chunksOf = (placed: readonly PlacedChunk[]) => placed.map(({ chunk }) => chunk);

function rejoined(events: readonly RunEvent[], cursor: string, dynamicTools: boolean): PlacedChunk[] {
  const { after, part } = tellerPlace(cursor);
  const seq = after === 'start' ? 0 : Number(after.split('.')[1]);
  const mapper = new ChatMapper({ dynamicTools });
  told(events.slice(0, seq), mapper);
  const again = mapper.rejoin(part);
  return [...again, ...told(events.slice(seq), mapper)];
}

/** Parts of a message but texts, which a cut may divide, and steps, which are not told until something is in them. */
const others = (message: UIMessage | undefined) =>
  partsOf(message).filter(
    part => !['text', 'reasoning', 'step-start'].includes((part as { type: string }).type),
  );
const thoughtOf = (message: UIMessage | undefined) =>
  (message?.parts ?? []).map(part => (part.type === 'reasoning' ? part.text : '')).join('');

describe('what is told to chats of the AI SDK', () => {
  it('can be read by it, whatever a run says', () =>
    fc.assert(
      fc.asyncProperty(randomEvents, async events => {
        await read(await lastValueFrom(from(events).pipe(toChatChunks(), toArray())));
      }),
    ));

  it('can be read however often it is cut and gone on with, and says everything once', () =>
    fc.assert(
      fc.asyncProperty(randomEvents, cuts, fc.boolean(), async (events, at, dynamicTools) => {
        const whole = told(events, new ChatMapper({ dynamicTools }));
        let rest = whole;
        let gone: UIMessage | undefined;
        for (const cut of at) {
          let end = (cut % rest.length) + 1;
          // A step is not in a message before something is in it.
          while (end < rest.length && rest[end - 1]!.chunk.type === 'start-step') end++;
          gone = await read(chunksOf(rest.slice(0, end)), gone);
          rest = rejoined(events, rest[end - 1]!.cursor!, dynamicTools);
          if (rest.length === 0) break;
        }
        gone = await read(chunksOf(rest), gone);
        const message = await read(chunksOf(whole));
        expect(others(gone)).toEqual(others(message));
        expect(textOf(gone).length).toBe(textOf(message).length);
        expect(thoughtOf(gone).length).toBe(thoughtOf(message).length);
      }),
      // Two cuts each on average.
      { numRuns: 300 },
    ));

  it('can be read where events were lost', () =>
    fc.assert(
      fc.asyncProperty(randomEvents, fc.nat(), async (events, at) => {
        const cut = at % events.length;
        const { seq, id: cursor } = events[cut]!;
        const gap = { notice: 'gap', runId: 'run-1', reason: 'trimmed', from: seq, to: seq, cursor } as const;
        await read(chunksOf(told([...events.slice(0, cut), gap, ...events.slice(cut + 1)])));
      }),
    ));

  it('can be read where all that was seen is void', () =>
    fc.assert(
      fc.asyncProperty(randomEvents, fc.nat(), async (events, at) => {
        const seen = events.slice(0, at % (events.length + 1)).filter(({ final }) => !final);
        await read(chunksOf(told([...seen, { notice: 'reset', runId: 'run-1', reason: 'fork' }, ...events])));
      }),
    ));

  it('leaves nothing open at the end', () =>
    fc.assert(
      fc.property(randomEvents, events => {
        const types = chunksOf(told(events)).map(({ type }) => type as string);
        if (!events.at(-1)!.final) return;
        expect(['finish', 'abort']).toContain(types.at(-1));
        const count = (name: string) => types.filter(type => type === name).length;
        for (const name of ['text', 'reasoning']) expect(count(`${name}-start`)).toBe(count(`${name}-end`));
        expect(count('start-step')).toBe(count('finish-step'));
      }),
    ));
});
