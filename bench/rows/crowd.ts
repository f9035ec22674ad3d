import { cpuMicros, median } from '../measure-cpu.ts';
import { residentBytes } from '../measure-memory.ts';
import { openStalled } from '../open-stalled.ts';
import { openViewers } from '../open-viewers.ts';
import type { Row } from '../row.ts';
import { sluiceComplete, type CompleteServer } from '../servers/sluice-complete.ts';

const READERS = 5_000;
const STALLED = 1_000;
const CROWD = '5,000 readers and 1,000 that read nothing, of the complete handler';
/** Events of one tick. */
const BURST = 16;
/** Ticks that are measured, behind as many that warm up, and the readers are waited for after each. */
const TICKS = 12;
/** Characters that are said at the most until all of the stalled ones are behind. */
const MOST_SENT = 2_000_000;
/** Characters of a text that fills connections. */
const FILLING = 16_000;

/** What it costs a producer that very many look, some of whom do not read. */
export const crowdEmit: Row = {
  name: 'crowd-emit',
  what: `emit a token to a run with ${CROWD}: the call alone`,
  unit: 'ns',
  goal: { of: 'ratio', atMost: 1.25 },
  against: 'the same run, and nobody looks',
  base: async () => costOfEmit(await sluiceComplete(), () => Promise.resolve()),
  ours: async () => {
    const { server, caughtUp } = await crowded();
    return costOfEmit(server, caughtUp);
  },
  others: {},
};

/** What a crowd holds, when those who do not read have been sent all that they can be. */
export const crowdMemory: Row = {
  name: 'crowd-memory',
  what: `resident memory of one of 6,000 SSE connections: ${CROWD}, when these have been sent what they take`,
  unit: 'B',
  goal: { of: 'value', atMost: 25 * 1_024 },
  against: 'the same, and nobody stalls',
  base: () => held(0),
  ours: () => held(STALLED),
  others: {},
};

async function held(stalled: number): Promise<number> {
  const { server, before, caughtUp } = await crowded(stalled);
  await fill(server, stalled, caughtUp);
  return ((await residentBytes()) - before) / (READERS + stalled);
}

interface Crowd {
  readonly server: CompleteServer;
  /** Resident bytes without a connection. */
  readonly before: number;
  /** Resolves when the readers have seen so many events more. */
  readonly caughtUp: (events: number) => Promise<void>;
}

async function crowded(stalled = STALLED): Promise<Crowd> {
  const server = await sluiceComplete();
  const { port, path, headers } = server;
  const [readers, others] = [openViewers(), openViewers()];
  const opening = { ask: 'open', port, path, headers } as const;
  // The first ones bring code and tables with them, and their kind is part of no crowd.
  await others.ask({ ...opening, connections: 100 });
  const before = await residentBytes();
  await readers.ask({ ...opening, connections: READERS });
  if (stalled > 0) await openStalled(server, stalled);
  await new Promise(resolve => setTimeout(resolve, 200));
  await readers.ask({ ask: 'reset' });
  let sent = 0;
  return {
    server,
    before,
    caughtUp: async events => {
      sent += events * READERS;
      await readers.ask({ ask: 'await', events: sent });
    },
  };
}

/** Says so much that all who do not read are behind. */
async function fill(server: CompleteServer, stalled: number, caughtUp: Crowd['caughtUp']): Promise<void> {
  const text = 'x'.repeat(FILLING);
  for (let sent = 0; sent < MOST_SENT; sent += FILLING) {
    server.say(text);
    await caughtUp(1);
    if (sent % (8 * FILLING) === 0 && stalled > 0 && (await server.behind()) >= stalled) break;
  }
  if (stalled > 0 && (await server.behind()) < stalled) throw new Error('some of the stalled are not behind');
}

async function costOfEmit(server: CompleteServer, caughtUp: Crowd['caughtUp']): Promise<number> {
  const costs: number[] = [];
  for (let tick = 0; tick < 2 * TICKS; tick++) {
    const before = cpuMicros();
    server.emit(BURST);
    costs.push(((cpuMicros() - before) * 1_000) / BURST);
    await new Promise(resolve => setImmediate(resolve));
    await caughtUp(BURST);
  }
  return median(costs.slice(TICKS));
}
