import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { createEngine, toSseFrame } from '../../src/index.ts';
import { createNodeListener } from '../../src/http/index.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { openViewers } from '../open-viewers.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';
import { listen } from '../servers/listen.ts';
import { tokenTexts } from '../sizes.ts';

const EVENTS = 9_000;
const COPIED_AT_ONCE = 64 * 1_024;

interface Stored {
  readonly port: number;
  readonly path: string;
}

/** The whole of an ended run, to one reader after the other. */
export const replay: Row = {
  name: 'replay',
  what: `replay of ${EVENTS.toLocaleString('en')} stored events over SSE, a KB; ≤ 2× is ≥ 0.5 of the throughput`,
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: 'the same bytes copied, 64 KB at a time, and written to a socket',
  base: () => fetching(copying),
  ours: () => fetching(replaying),
  others: {},
};

async function fetching(serve: () => Promise<Stored>): Promise<number> {
  const { port, path } = await serve();
  const viewers = openViewers();
  let bytes = 0;
  const perFetch = await cpuPerOperation(async times => {
    for (let i = 0; i < times; i++) bytes = await viewers.ask({ ask: 'fetch', port, path });
  });
  return perFetch / (bytes / 1_024);
}

async function replaying(): Promise<Stored> {
  const engine = createEngine();
  const writer = await engine.open();
  for (const text of tokenTexts(EVENTS)) writer.token(text);
  await writer.complete();
  return {
    port: await listen(createHttpServer(createNodeListener(engine))),
    path: `/runs/${writer.id}/events`,
  };
}

async function copying(): Promise<Stored> {
  const stored = Buffer.from(
    prebuiltTokens(EVENTS)
      .map(event => toSseFrame(event))
      .join(''),
  );
  const server = createServer({ noDelay: true }, socket => {
    socket.on('error', () => undefined).once('data', () => copyTo(socket, stored, 0));
  });
  return { port: await listen(server), path: '/' };
}

function copyTo(socket: Socket, stored: Buffer, from: number): void {
  for (let at = from; at < stored.length; at += COPIED_AT_ONCE) {
    const hasRoom = socket.write(Buffer.from(stored.subarray(at, at + COPIED_AT_ONCE)));
    if (hasRoom) continue;
    socket.once('drain', () => copyTo(socket, stored, at + COPIED_AT_ONCE));
    return;
  }
  socket.end();
}
