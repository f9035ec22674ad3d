import { createServer, type Server } from 'node:http';
import { createClient, emptyRun, foldRun, type Client, type RunState } from '../../src/client/index.ts';
import { createNodeListener } from '../../src/http/index.ts';
import { createEngine, type Engine } from '../../src/index.ts';
import { cpuMicros, median } from '../measure-cpu.ts';
import type { Row } from '../row.ts';
import { listen } from '../servers/listen.ts';
import { tokenTexts } from '../sizes.ts';

const EVENTS = 9_990;
const PER_MESSAGE = 90;
const [WARM_UP, JOINS] = [10, 20];
const ID = 'long-run';

/** Somebody opens the page of a run that has long been under way: server, line and viewer together. */
export const lateJoin: Row = {
  name: 'late-join',
  what: `late join of a live run of ${EVENTS.toLocaleString('en')} events over HTTP, until all of it is folded and the stream is open`,
  unit: 'µs',
  goal: { of: 'ratio', atMost: 1 / 10 },
  against: 'every event from the start, folded by the viewer',
  base: () => joining(replayed),
  ours: () => joining(rejoined),
  others: {
    'the first viewer, for whom the server adds it up': () => joining(rejoined, true),
  },
};

type Join = (client: Client) => Promise<RunState>;

async function joining(join: Join, isFirst = false): Promise<number> {
  const engine = createEngine();
  await filled(engine);
  let { server, client } = await served(engine);
  const once = async (): Promise<number> => {
    const before = cpuMicros();
    if (isFirst) {
      server.close();
      // What runs add up to is kept by the handler.
      ({ server, client } = await served(engine));
    }
    const state = await join(client);
    if (state.seen !== EVENTS) throw new Error(`a viewer saw ${state.seen} of ${EVENTS} events`);
    return cpuMicros() - before;
  };
  const costs: number[] = [];
  // A replay takes too long for slices of many.
  for (let at = 0; at < WARM_UP + JOINS; at++) costs.push(await once());
  return median(costs.slice(WARM_UP));
}

async function served(engine: Engine): Promise<{ server: Server; client: Client }> {
  const server = createServer(createNodeListener(engine));
  return { server, client: createClient(`http://127.0.0.1:${await listen(server)}`) };
}

/** Messages of 88 tokens with the call of a tool behind each. */
async function filled(engine: Engine): Promise<void> {
  const writer = await engine.open({ id: ID, idle: Infinity });
  const texts = tokenTexts(EVENTS);
  for (let seq = 2; seq <= EVENTS; seq++) {
    const callId = `c${Math.floor(seq / PER_MESSAGE)}`;
    const place = seq % PER_MESSAGE;
    const [tool, text] = ['search', texts[seq - 1]!];
    if (place === 0) void writer.emit('tool.called', { callId, tool, args: { q: text } });
    else if (place === 1 && seq > PER_MESSAGE)
      void writer.emit('tool.completed', { callId, result: text, durationMs: 5 });
    else writer.token(text, { messageId: callId });
  }
  await writer.drained();
}

/** What `useRun` does. */
async function rejoined(client: Client): Promise<RunState> {
  const state = await client.state(ID);
  const stop = new AbortController();
  await new Promise<void>((opened, error) => {
    const connection = client.events(ID, {
      after: state.cursor,
      signal: stop.signal,
      onState: ({ status }) => status === 'open' && opened(),
    });
    connection.subscribe({ error });
  });
  stop.abort();
  return state;
}

async function replayed(client: Client): Promise<RunState> {
  let state = emptyRun;
  for await (const item of client.events(ID)) {
    state = foldRun(state, item);
    if (state.seen === EVENTS) break;
  }
  return state;
}
