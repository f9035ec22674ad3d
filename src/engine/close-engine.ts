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
  /** Runs that were alive and go on in another process, or in the next one. */
  readonly handedOver: number;
  /** Events that agents emitted behind the end of their run. */
  readonly dropped: number;
  /** Observers that were not done in time, with the events each did not get to, and sinks with the runs. */
  readonly unfinished: readonly UnfinishedObserver[];
}

/** How an engine is closed. */
export interface CloseOptions {
  /**
   * Whether runs that others can go on with are left to them: their agents have `resume`, and the backend outlives the
   * process or is shared. Without it all runs are cancelled, but those of producers outside. Default: true.
   */
  readonly handOver?: boolean | undefined;
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
async function isElsewhere({ parts, possession, stopping: { stop }, pipe }: RunActor): Promise<boolean> {
  const { outside } = parts;
  if (!possession || !outside?.isLasting) return false;
  const { isWrittenHere } = possession;
  const { ownership } = outside;
  const fence = ownership ? await ownership.look().catch(() => pipe.fence) : pipe.fence;
  if (fence !== pipe.fence) return true;
  if (stop || isWrittenHere) return false;
  await pipe.drained();
  return true;
}

/** Whether somebody else may have the run when this process has gone. */
function mayGoOn({ parts: { outside, canResume } }: RunActor, mayLeave: boolean): boolean {
  return (outside?.isLasting ?? false) || (mayLeave && canResume === true);
}

function stop(actor: RunActor): void {
  actor.stopping.request(cancelled('the engine is closing'));
}

/** Ends a run, or has it leave; whether it left. */
async function stopRun(actor: RunActor, mayLeave: boolean): Promise<boolean> {
  if (mayLeave && actor.parts.canResume) actor.stopping.handOver();
  else stop(actor);
  await actor.result.promise.catch(() => undefined);
  return actor.stopping.hasLeft;
}

function leftOpen(runId: string): SluiceError {
  const message = `run ${runId}: the engine was closed. The run is open for its producer, in other processes and later ones.`;
  return new SluiceError('ENGINE_CLOSED', message, { runId });
}

/** The order of closing: intake (the engine refuses new requests by now), runs, watchers, time, storage. */
export async function closeEngine(
  rooms: EngineRooms,
  { whenEnded, drain: given, handOver = true }: CloseOptions,
): Promise<CloseReport> {
  const { admission, live, observers, sinks, sweep, instance, backend } = rooms;
  const drain = checkNumber('close: drain', given, 5_000, { min: 0, max: 3_600_000, unit: 'ms' });
  // At once: what an agent returns from now on comes too late.
  const actors = new Set(live.all());
  for (const actor of actors) if (!mayGoOn(actor, handOver)) stop(actor);
  await Promise.all([admission.settled(), instance.retire()]);
  const left: RunActor[] = [];
  const ended: RunActor[] = [];
  await Promise.all(
    [...new Set([...actors, ...live.all()])].map(async actor => {
      const isLeft = (await isElsewhere(actor)) || (await stopRun(actor, handOver));
      (isLeft ? left : ended).push(actor);
      if (!isLeft) return;
      const { key, runId } = actor.parts.identity;
      actor.possession?.letGo();
      actor.end.closeWithout(leftOpen(runId));
      live.remove(key);
      // Where this fails, others have it when the lease is over.
      await instance.free(key).catch(() => undefined);
    }),
  );
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
    ended: ended.length,
    handedOver: left.length,
    forced: ended.filter(actor => actor.end.wasForced).length,
    dropped: [...ended, ...left].reduce((sum, actor) => sum + actor.pipe.late, 0),
    unfinished: (await draining).flat(),
  };
}
