import { type BaseEvent, verifyEvents } from '@ag-ui/client';
import { EventSchema } from '@ag-ui/core/schemas';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { from, lastValueFrom, toArray } from 'rxjs';
import { type AgUiEvent, AgUiMapper, toAgUi } from '../../../src/bridges/ag-ui/index.ts';
import { EVENTS } from '../../../src/bridges/ag-ui/event-table.ts';
import { tellerPlace } from '../../../src/bridges/teller.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import type { Notice } from '../../../src/event/notice.ts';
import { randomEvents } from '../random-events.ts';
import { conversationOf } from './ag-ui-lab.ts';

/** What the official client says against a stream: it throws, or gives it back. */
async function verified(events: readonly AgUiEvent[]): Promise<void> {
  for (const event of events) EventSchema.parse(event);
  const stream = from(events as unknown as BaseEvent[]);
  const checked = verifyEvents()(stream as unknown as Parameters<ReturnType<typeof verifyEvents>>[0]);
  await new Promise<void>((resolve, reject) => checked.subscribe({ complete: resolve, error: reject }));
}

const told = (items: readonly (RunEvent | Notice)[], mapper = new AgUiMapper()) =>
  items.flatMap(item => mapper.next(item));
const cursorOf = ({ metadata }: AgUiEvent) => metadata!.sluice.cursor!;

/** What a place in a stream means: which events are known, and how much of the next. */
function rejoined(events: readonly RunEvent[], cursor: string): readonly AgUiEvent[] {
  const { after, part } = tellerPlace(cursor);
  const seq = after === 'start' ? 0 : Number(after.split('.')[1]);
  const mapper = new AgUiMapper();
  told(events.slice(0, seq), mapper);
  const again = mapper.rejoin(part);
  return [...again, ...told(events.slice(seq), mapper)];
}

/** What is said but for what only opens and closes: each piece must come once. */
function contents(events: readonly AgUiEvent[]): readonly unknown[] {
  return events
    .filter(({ type }) => !/^(?:RUN_STARTED|STEP_STARTED|.*_START|.*_END|STEP_FINISHED)$/.test(type))
    .map(({ metadata: _, ...said }) => said);
}

describe('what is told to clients of AG-UI', () => {
  it('keeps the grammar and the schemas of the official client, whatever a run says', () =>
    fc.assert(
      fc.asyncProperty(randomEvents, async events => {
        const said = await lastValueFrom(from(events).pipe(toAgUi(), toArray()));
        await verified(said);
      }),
    ));

  it('keeps them when it is cut anywhere and gone on with, and says everything once', () =>
    fc.assert(
      fc.asyncProperty(randomEvents, fc.nat(), async (events, at) => {
        const whole = told(events);
        const first = whole.slice(0, (at % whole.length) + 1);
        const rest = rejoined(events, cursorOf(first.at(-1)!));
        await verified(first);
        await verified(rest);
        expect(contents([...first, ...rest])).toEqual(contents(whole));
      }),
      { numRuns: 1_000 },
    ));

  it('leave the official client with the same conversation and state, however often it was cut', async () => {
    // It warns of patches that do not apply, and of calls that were made before.
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const cuts = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(randomEvents, cuts, async (events, at) => {
        const whole = told(events);
        const heard: AgUiEvent[] = [];
        let rest: readonly AgUiEvent[] = whole;
        for (const cut of at) {
          const first = rest.slice(0, (cut % rest.length) + 1);
          heard.push(...first);
          rest = rejoined(events, cursorOf(first.at(-1)!));
          if (rest.length === 0) break;
        }
        expect(await conversationOf([...heard, ...rest])).toEqual(await conversationOf(whole));
      }),
      { numRuns: 300 },
    );
    warn.mockRestore();
  });

  it('counts places behind a question alike for whoever comes back there, however often', async () => {
    const drafts = [
      { type: 'node.started', data: { name: 'plan', attempt: 1 }, node: 'plan' },
      { type: 'ask', data: { askId: 'q1', question: 'Soup?' } },
      { type: 'status', data: { status: 'waiting' } },
      { type: 'token', data: { content: 'Yes.', finishReason: 'stop' } },
      { type: 'complete', data: { durationMs: 1 }, final: true },
    ];
    const events = drafts.map((draft, at) => ({
      ...{ id: `epoch.${at + 1}.0`, runId: 'run-1', tenantId: 'default', seq: at + 1 },
      ...{ time: '2026-11-21T20:00:00.000Z', ...draft },
    })) as RunEvent[];
    const whole = told(events);
    // By hand: how many are heard each time, the first time up to the question.
    const asked = whole.findIndex(({ type }) => type === 'RUN_FINISHED') + 1;
    for (const first of [1, 2, 3, 4, 5, 6]) {
      for (const second of [1, 2, 3, 4]) {
        const heard: AgUiEvent[] = [];
        let rest: readonly AgUiEvent[] = whole;
        for (const count of [asked, first, second]) {
          const now = rest.slice(0, count);
          heard.push(...now);
          rest = rejoined(events, cursorOf(now.at(-1)!));
        }
        await verified(rest);
        expect(contents([...heard, ...rest])).toEqual(contents(whole));
      }
    }
    const { id: after, runId } = events[1]!;
    const mapper = new AgUiMapper();
    told(events.slice(0, 2), mapper);
    const late = told([{ notice: 'degraded', runId, since: events[0]!.time }, ...events.slice(2, 4)], mapper);
    expect(late.map(({ metadata }) => metadata?.sluice.cursor)).toEqual([
      ...[undefined, undefined, undefined],
      ...[`${after.replace('.2.', '.3.')}+3`, `${after.replace('.2.', '.3.')}+4`, 'epoch.4.0'],
    ]);
  });

  it('keeps them where events were lost, or all that was seen is void', () =>
    fc.assert(
      fc.asyncProperty(randomEvents, fc.nat(), fc.boolean(), async (events, at, isReset) => {
        const cut = at % events.length;
        const lost: RunEvent = events[cut]!;
        const notice: Notice = isReset
          ? { notice: 'reset', runId: 'run-1', reason: 'fork' }
          : {
              notice: 'gap',
              runId: 'run-1',
              reason: 'trimmed',
              from: lost.seq,
              to: lost.seq,
              cursor: lost.id,
            };
        const rest = isReset ? events : events.slice(cut + 1);
        // Nothing comes behind the end.
        await verified(
          told(
            [...events.slice(0, cut), notice, ...rest].filter(
              (item, index, all) => !all.slice(0, index).some(before => 'final' in before),
            ),
          ),
        );
      }),
    ));

  it('closes all of it before the end', () =>
    fc.assert(
      fc.asyncProperty(randomEvents, async events => {
        const said = told(events);
        if (!events.at(-1)!.final) return;
        expect(['RUN_FINISHED', 'RUN_ERROR']).toContain(said.at(-1)!.type);
        // As a success, which no client takes while something is open.
        const end = {
          type: 'RUN_FINISHED',
          threadId: 't',
          runId: 'r',
          outcome: { type: 'success' },
        } as const;
        await verified([...said.slice(0, -1), end]);
      }),
    ));

  it('says of each type what the table says', () =>
    fc.assert(
      fc.property(randomEvents, events => {
        const table = new Map(EVENTS.map(({ ours, theirs }) => [ours, theirs as readonly string[]]));
        const mapper = new AgUiMapper();
        for (const event of events) {
          const last = mapper.next(event).at(-1);
          if (!last) continue;
          const rows = [...table]
            .filter(([ours]) => ours.split(' (')[0] === event.type)
            .flatMap(([, theirs]) => theirs);
          const isAround = /_END$|^STEP_(?:STARTED|FINISHED)$|^RUN_STARTED$/.test(last.type);
          expect([...rows, 'CUSTOM', ...(isAround ? [last.type] : [])]).toContain(last.type);
        }
      }),
    ));

  it('keeps what a run has open within bounds', async () => {
    const events = Array.from({ length: 5_000 }, (_, at) => ({
      ...{ id: `epoch.${at + 1}.0`, runId: 'run-1', tenantId: 'default', seq: at + 1 },
      ...{ time: '2026-11-21T20:00:00.000Z', type: 'node.started', node: `node-${at}` },
      data: { name: `node-${at}`, attempt: 1 },
    })) as RunEvent[];
    const said = told(events);
    await verified(said);
    const open = said.reduce(
      (now, { type }) => now + (type === 'STEP_STARTED' ? 1 : type === 'STEP_FINISHED' ? -1 : 0),
      0,
    );
    expect(open).toBeLessThanOrEqual(1_000);
  });
});
