import { cpuPerOperation } from './measure-cpu.ts';
import type { Viewers } from './open-viewers.ts';

/** Events on their way to one connection at the most, so that none has its buffer filled or its credit used up. */
const UNDER_WAY = 64;

/** A server that is driven, and all its readers. */
export interface Driven {
  /** Sends so many events to every connection, in this turn of the event loop. */
  readonly server: { emit(count: number): void };
  readonly viewers: Viewers<{ readonly ask: 'reset' } | { readonly ask: 'await'; readonly events: number }>;
}

/** The time of the server for one event at one connection, in nanoseconds; `burst` events in each turn. */
export async function deliver(
  { server, viewers }: Driven,
  { connections, burst }: { readonly connections: number; readonly burst: number },
): Promise<number> {
  await viewers.ask({ ask: 'reset' });
  let sent = 0;
  const ticksUnderWay = UNDER_WAY / burst;
  const perTick = await cpuPerOperation(async ticks => {
    for (let tick = 1; tick <= ticks; tick++) {
      server.emit(burst);
      sent += burst * connections;
      await new Promise(resolve => setImmediate(resolve));
      if (tick % ticksUnderWay === 0 || tick === ticks) await viewers.ask({ ask: 'await', events: sent });
    }
  });
  return perTick / (burst * connections);
}
