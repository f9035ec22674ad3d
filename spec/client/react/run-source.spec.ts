import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient } from '../../../src/client/index.ts';
import { RunSource } from '../../../src/client/react/run-source.ts';
import { emptyRun, type RunState } from '../../../src/event/run-state.ts';
import { eventFrame, scriptedServer, streaming, type Act, type ScriptedServer } from '../scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server.close());

const stateOf =
  (state: Partial<RunState>): Act =>
  response =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(state));
const noticeFrame = (notice: object): string => `data: ${JSON.stringify({ runId: 'run', ...notice })}\n\n`;

/** Reads the run to its end, from a server that answers so; keeps the newest events. */
async function read(events: number, ...acts: readonly Act[]): Promise<RunSource> {
  server = await scriptedServer(...acts);
  const client = createClient(new URL(server.url).origin);
  const source = new RunSource(() => client, 'run', undefined);
  source.want(events);
  await source.read(
    new AbortController().signal,
    () => undefined,
    () => undefined,
  );
  return source;
}

const asked = () => server.requests.map(({ url }) => url);

describe('the source of a live run', () => {
  it('does not count again what the state knows already', async () => {
    const source = await read(
      3,
      stateOf({ runId: 'run', cursor: 'e.3.0', seen: 3 }),
      streaming(...[1, 2, 3, 4].map(seq => eventFrame(seq)), eventFrame(5, 'complete', {})),
    );
    const { state, events } = source.content();
    expect([state.seen, state.cursor, state.status]).toEqual([5, 'e.5.0', 'completed']);
    expect(events.map(({ seq }) => seq)).toEqual([3, 4, 5]);
    expect(asked()).toEqual(['/runs/run/state', '/runs/run/events?after=0']);
  });

  it('adds the run up anew if its end was lost and came otherwise', async () => {
    const source = await read(
      2,
      stateOf({ runId: 'run', cursor: 'e.3.lostlost', seen: 3, phase: 'void' }),
      streaming(eventFrame(2), eventFrame(3), eventFrame(4)),
      stateOf({ runId: 'run', cursor: 'e.4.0', seen: 4 }),
      streaming(eventFrame(3), eventFrame(4), eventFrame(5, 'complete', {})),
    );
    const { state, events } = source.content();
    expect([state.seen, state.phase, state.status]).toEqual([5, undefined, 'completed']);
    expect(events.map(({ seq }) => seq)).toEqual([4, 5]);
    expect(asked().at(-1)).toBe('/runs/run/events?after=2');
  });

  it('counts of a gap only what the state has not', async () => {
    const source = await read(
      4,
      stateOf({ runId: 'run', cursor: 'e.4.0', seen: 4 }),
      streaming(
        noticeFrame({ notice: 'gap', reason: 'trimmed', from: 1, to: 2, cursor: 'e.2.0' }),
        noticeFrame({ notice: 'gap', reason: 'trimmed', from: 3, to: 6, cursor: 'e.6.0' }),
        eventFrame(7, 'complete', {}),
      ),
    );
    const { state } = source.content();
    expect([state.seen, state.missed, state.gaps]).toEqual([5, 2, [{ from: 5, to: 6, reason: 'trimmed' }]]);
  });

  it('adds the run up anew behind a reset', async () => {
    const source = await read(
      2,
      stateOf({ runId: 'run', cursor: 'e.3.0', seen: 3, phase: 'void' }),
      streaming(eventFrame(2), noticeFrame({ notice: 'reset', reason: 'epoch' }), eventFrame(1)),
      stateOf({ runId: 'run', cursor: 'f.1.0', seen: 1 }),
      streaming(eventFrame(2), eventFrame(3, 'complete', {})),
    );
    const { state, events } = source.content();
    expect([state.seen, state.phase, events.map(({ seq }) => seq)]).toEqual([3, undefined, [2, 3]]);
    expect(asked().slice(2)).toEqual(['/runs/run/state', '/runs/run/events?after=0']);
  });

  it('asks for no events of a run that has ended, if none are wanted', async () => {
    const end = JSON.parse(eventFrame(3, 'complete', {}).match(/^data: (.*)$/m)![1]!) as RunState['end'];
    await read(0, stateOf({ ...emptyRun, runId: 'run', cursor: 'e.3.0', seen: 3, end }));
    expect(asked()).toEqual(['/runs/run/state']);
  });
});
