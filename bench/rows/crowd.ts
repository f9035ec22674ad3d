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
const BURST = 64;
const TICKS = 16;
/** Events before anybody looks, so that the code is as fast as it gets. */
const WARM_UP = 100_000;
/** Characters of a text that fills connections. */
const FILLING = 16_000;
/** Characters that a crowd is sent: the system holds them for each that does not read, half a gigabyte in all. */
const SAID = 500_000;
/** More than a run keeps in memory. */
const KEPT = 20_000_000;
/** Of fewer, all that the system takes, which is 3 to 4 MB, and more. */
const FULL = { stalled: 50, said: 8_000_000 };

/** What it costs a producer that very many look, some of whom do not read. */
export const crowdEmit: Row = {
  name: 'crowd-emit',
  needs: ['python3'],
  what: `emit a token to a run with ${CROWD}: the call alone`,
  unit: 'ns',
  goal: { of: 'ratio', atMost: 1.25 },
  against: 'beside them a run of the same engine, at which nobody looks',
  base: async () => costOfEmit(await crowded(READERS, STALLED), false),
  ours: async () => costOfEmit(await crowded(READERS, STALLED), true),
  others: {},
};

/** What a crowd holds. */
export const crowdMemory: Row = {
  name: 'crowd-memory',
  needs: ['python3'],
  what: `resident memory of one of 6,000 SSE connections: ${CROWD}, after 500 KB`,
  unit: 'B',
  goal: { of: 'value', atMost: 25 * 1_024 },
  against: 'one of 5,000, all of whom read',
  base: () => held(READERS, 0, SAID),
  ours: () => held(READERS, STALLED, SAID),
  others: {},
};

/** What one holds who reads nothing, when the system takes nothing more for it. */
export const stalledMemory: Row = {
  name: 'stalled-memory',
  needs: ['python3'],
  what: 'resident memory of an SSE connection that reads nothing, of the complete handler, when its buffers are full',
  unit: 'B',
  goal: { of: 'value', atMost: 1_024 * 1_024 },
  against: 'one that reads',
  base: () => held(FULL.stalled, 0, FULL.said),
  ours: () => held(0, FULL.stalled, FULL.said),
  others: {},
};

interface Crowd {
  readonly server: CompleteServer;
  /** Resident bytes without a connection, and with as much said as a run keeps. */
  readonly before: number;
  /** Resolves when the readers have seen so many events more. */
  readonly caughtUp: (events: number) => Promise<void>;
}

async function warmServer(): Promise<CompleteServer> {
  const server = await sluiceComplete();
  for (let sent = 0; sent < WARM_UP; sent += BURST) {
    server.emit(BURST);
    server.aside(BURST);
    await new Promise(resolve => setImmediate(resolve));
  }
  return { ...server, path: `${server.path}?after=now` };
}

async function crowded(readers: number, stalled: number, keepsTexts = false): Promise<Crowd> {
  const server = await warmServer();
  const { port, path, headers } = server;
  // What a run keeps of long texts is no part of its readers.
  if (keepsTexts) for (let sent = 0; sent < KEPT; sent += FILLING) server.say('x'.repeat(FILLING));
  const [viewers, first] = [openViewers(), openViewers()];
  // The first ones bring code and tables with them.
  await first.ask({ ask: 'open', port, path, headers, connections: 100 });
  const before = await residentBytes();
  if (readers > 0) await viewers.ask({ ask: 'open', port, path, headers, connections: readers });
  if (stalled > 0) await openStalled({ port, path, headers }, stalled);
  await new Promise(resolve => setTimeout(resolve, 200));
  await viewers.ask({ ask: 'reset' });
  let sent = 0;
  return {
    server,
    before,
    caughtUp: async events => {
      sent += events * readers;
      await viewers.ask({ ask: 'await', events: sent });
    },
  };
}

async function held(readers: number, stalled: number, said: number): Promise<number> {
  const { server, before, caughtUp } = await crowded(readers, stalled, true);
  const text = 'x'.repeat(FILLING);
  for (let sent = 0; sent < said; sent += FILLING) {
    server.say(text);
    await new Promise(resolve => setImmediate(resolve));
    await caughtUp(1);
  }
  if (readers === 0 && (await server.behind()) < stalled)
    throw new Error('not all of the stalled are behind');
  return ((await residentBytes()) - before) / (readers + stalled);
}

/** CPU nanoseconds of an emit in the run that is watched, or in the one beside it; each tick says as much in both. */
async function costOfEmit({ server, caughtUp }: Crowd, isWatched: boolean): Promise<number> {
  const [measured, other] = isWatched ? [server.emit, server.aside] : [server.aside, server.emit];
  const costs: number[] = [];
  for (let tick = 0; tick < TICKS; tick++) {
    const before = cpuMicros();
    measured(BURST);
    costs.push(((cpuMicros() - before) * 1_000) / BURST);
    other(BURST);
    await new Promise(resolve => setImmediate(resolve));
    await caughtUp(BURST);
  }
  return median(costs);
}
