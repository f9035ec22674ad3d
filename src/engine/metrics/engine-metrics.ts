import type { Gate } from '../../control/gate.ts';
import type { Signal } from '../../control/verdict.ts';
import { isEnded } from '../../run/lifecycle.ts';
import type { KnownSecrets } from '../../secrets/known-secrets.ts';
import type { LiveRuns } from '../live-runs.ts';
import type { Observers } from '../observers/observers.ts';
import type { Sinks } from '../sinks/sinks.ts';
import type { BackendPart, EngineMeter, RunEnd } from './engine-meter.ts';
import type { HistogramCounts } from './histogram.ts';

/**
 * How an engine is doing: a snapshot of this process, which other engines in it have no part in. What is not said to be
 * `now` runs from the engine's making and never becomes less. Nothing in it grows with runs, tenants or agents.
 */
export interface EngineMetrics {
  readonly runs: {
    /** Alive in this process, now. */
    readonly live: Readonly<Record<'accepted' | 'running' | 'waiting', number>>;
    /** Created here. */
    readonly started: number;
    /** Taken over from a process that is gone, or left them. */
    readonly adopted: number;
    /** Ended here; `lost` ones could not be stored any more, and get their end in the log once the backend is back. */
    readonly ended: Readonly<Record<RunEnd, number>>;
  };
  readonly log: {
    /** Events that the backend acknowledged. */
    readonly events: number;
    /** Their lines, in characters; where a backend keeps no lines, an upper estimate. */
    readonly bytes: number;
    /** How long the backend took to acknowledge a batch, its repetitions included; 0 where it did at once. */
    readonly appendSeconds: HistogramCounts;
    /** Batches that it did not take, since another process has the run, or the run has ended. */
    readonly refused: number;
    /** Statements that came behind the end of their run, and were dropped. */
    readonly late: number;
  };
  /** How often the backend failed, or did not answer in time; a lease that ran out before it was renewed counts, too. */
  readonly backendErrors: Readonly<Record<BackendPart, number>>;
  readonly mailboxes: {
    /** What waits to be stored in the run where most does, now. */
    readonly deepest: number;
  };
  readonly readers: {
    /** Subscribers to runs that live here, now; those of HTTP are counted by their server. */
    readonly subscribers: number;
    /** How often a reader was told that retention was faster. */
    readonly gaps: number;
    /** How often a reader was told that its log began anew. */
    readonly resets: number;
  };
  readonly observers: {
    /** Registered, now, with open feeds. */
    readonly count: number;
    /** Events that wait for the slowest one, now. */
    readonly behind: number;
    /** Events that observers were too slow for. */
    readonly dropped: number;
  };
  readonly sinks: {
    /** At work, now. */
    readonly count: number;
    /** Those of them whose last try failed. */
    readonly failing: number;
  };
  readonly secrets: {
    /** Marks that were set, by everybody who uses the engine's `secrets`. */
    readonly masked: number;
    /** Texts of which nothing was let pass. */
    readonly withheld: number;
  };
  /** Answers of the policies of the engine's gate, for everybody who asks it. */
  readonly verdicts: Readonly<Record<Signal, number>>;
}

/** What the metrics of an engine are taken from. */
export interface MeasuredRooms {
  readonly meter: EngineMeter;
  readonly live: LiveRuns;
  readonly observers: Observers;
  readonly sinks: Sinks;
  readonly secrets: KnownSecrets;
  readonly gate: Gate;
}

/** Takes O(live runs), and nothing of it from the runs themselves. */
export function engineMetrics({
  meter,
  live,
  observers,
  sinks,
  secrets,
  gate,
}: MeasuredRooms): EngineMetrics {
  const byStatus = { accepted: 0, running: 0, waiting: 0 };
  let [deepest, subscribers] = [0, 0];
  for (const { status, pipe, window } of live.all()) {
    if (!isEnded(status)) byStatus[status as keyof typeof byStatus]++;
    deepest = Math.max(deepest, pipe.depth);
    subscribers += window.subscriberCount;
  }
  const { started, adopted, ended, events, bytes, refused, late, appendSeconds, errors, gaps, resets } =
    meter;
  const { total: masked, withheld } = secrets.report();
  return {
    runs: { live: byStatus, started, adopted, ended: { ...ended } },
    log: { events, bytes, refused, late, appendSeconds: appendSeconds.counts },
    backendErrors: { ...errors },
    mailboxes: { deepest },
    readers: { subscribers, gaps, resets },
    observers: {
      count: observers.size,
      behind: observers.all.reduce((most, { waiting }) => Math.max(most, waiting), 0),
      dropped: observers.dropped,
    },
    sinks: {
      count: sinks.all.length,
      failing: sinks.all.filter(({ health }) => health === 'failing').length,
    },
    secrets: { masked, withheld },
    verdicts: gate.answers,
  };
}
