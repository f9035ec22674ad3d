import type { Backend } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { RunActor } from '../run/run.ts';
import { cancelled } from '../run/stop.ts';
import type { Sweep } from '../time/sweep.ts';
import type { Admission } from './admission.ts';
import type { Instance } from './instance.ts';
import type { LiveRuns } from './live-runs.ts';
import { checkNumber } from './check-number.ts';
import type { Observers, UnfinishedObserver } from './observers/observers.ts';
import type { Sinks } from './sinks/sinks.ts';

/** What closing an engine did. */
export interface CloseReport {
  /** Runs that were alive and were ended. */
  readonly ended: number;
  /** Those of them whose agent did not return within its grace. */
  readonly forced: number;
  /** Events that agents emitted behind the end of their run. */
  readonly dropped: number;
  /** Observers that were not done in time, with the events each did not get to, and sinks with the runs. */
  readonly unfinished: readonly UnfinishedObserver[];
}

/** How an engine is closed. */
export interface CloseOptions {
  /**
   * Called when all runs have ended and before the backend closes, and waited for: the place to close servers, whose
   * readers take the last events of their runs from the backend. What it throws does not stop the closing, and is
   * thrown at the end of it.
   */
  readonly whenEnded?: (() => unknown) | undefined;
  /** How long observers and sinks may take to finish with what was committed, 0 to 1 h in ms. Default: 5 s. */
  readonly drain?: number | undefined;
}

/** What closing an engine takes apart. */
export interface EngineRooms {
  readonly admission: Admission;
  readonly live: LiveRuns;
  readonly observers: Observers;
  readonly sinks: Sinks;
  readonly sweep: Sweep;
  readonly instance: Instance;
  readonly backend: Backend;
}

/** The producer of a run lives on, and goes to another process, or to the next one. */
async function isElsewhere({ parts: { outside }, isWrittenHere, stop, pipe }: RunActor): Promise<boolean> {
  if (!outside?.isLasting || stop) return false;
  if (!isWrittenHere) {
    await pipe.drained();
    return true;
  }
  if (!outside.ownership) return false;
  const fence = await outside.ownership.look().catch(() => pipe.fence);
  return fence !== pipe.fence;
}

function leftOpen(runId: string): SluiceError {
  const message = `run ${runId}: the engine was closed. The run is open for its producer, in other processes and later ones.`;
  return new SluiceError('ENGINE_CLOSED', message, { runId });
}

/** The order of closing: intake (the engine refuses new requests by now), runs, watchers, time, storage. */
export async function closeEngine(
  rooms: EngineRooms,
  { whenEnded, drain: given }: CloseOptions,
): Promise<CloseReport> {
  const { admission, live, observers, sinks, sweep, instance, backend } = rooms;
  const drain = checkNumber('close: drain', given, 5_000, { min: 0, max: 3_600_000, unit: 'ms' });
  await admission.settled();
  const actors: RunActor[] = [];
  await Promise.all(
    live.all().map(async actor => {
      if (await isElsewhere(actor)) actor.leave(leftOpen(actor.parts.identity.runId));
      else actors.push(actor);
    }),
  );
  for (const actor of actors) actor.requestStop(cancelled('the engine is closing'));
  await Promise.all(actors.map(actor => actor.result.promise.catch(() => undefined)));
  const draining = Promise.all([observers.close(drain), sinks.close(drain)]);
  try {
    await whenEnded?.();
  } finally {
    await draining;
    sweep.close();
    await instance.close().catch(() => undefined);
    await backend.close();
  }
  return {
    ended: actors.length,
    forced: actors.filter(actor => actor.wasForced).length,
    dropped: actors.reduce((sum, actor) => sum + actor.pipe.late, 0),
    unfinished: (await draining).flat(),
  };
}
