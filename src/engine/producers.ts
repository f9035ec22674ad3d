import type { Log, RunKey, RunRecord } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { AppendKeys } from '../run/append-keys.ts';
import {
  Appender,
  ENDED_KEYS,
  type Appended,
  type AppendEvent,
  type AppendOptions,
} from '../run/appender.ts';
import { repeatedAnswer } from '../run/batch-answer.ts';
import type { EmitterRules } from '../run/emitter.ts';
import { isEnded } from '../run/lifecycle.ts';
import { runEnded } from '../run/run-ended.ts';
import type { RunActor } from '../run/run.ts';
import { readStorage } from '../run/read-storage.ts';
import { readKeys } from '../run/stored-keys.ts';
import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';
import type { LiveRuns } from './live-runs.ts';
import { keyOf, type OfTenant } from './run-events.ts';
import type { Runs } from './runs.ts';

/** What the producers of an engine need of it. */
export interface ProducerServices {
  readonly live: LiveRuns;
  readonly runs: Runs;
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly rules: EmitterRules;
  readonly log: Log;
  /** Goes on with a run that is not here; `undefined` if it has ended. */
  readonly adopt: (record: RunRecord) => Promise<RunActor | undefined>;
}

/** Milliseconds for which a batch may be repeated after the end of its run. */
const REPEATABLE = 5 * 60_000;
/** Milliseconds for which a producer may come back from another process before what is known of its run is forgotten. */
const REMEMBERED = 10_000;
/** Keys of all ended runs together; beyond it the run that ended first is forgotten. */
const MOST_ENDED_KEYS = 100_000;

/**
 * Who appends to the runs that have no agent here. Memory: the keys of the runs alive ({@link Appender}), and at most
 * 100,000 keys of runs that ended less than five minutes ago.
 */
export class Producers {
  readonly #services: ProducerServices;
  readonly #appenders = new Map<RunKey, Appender>();
  /** Runs of other processes that were asked for. */
  readonly #adopting = new Map<RunKey, Promise<RunActor | undefined>>();
  /** In the order of their ends, with what cancels the time they have. */
  readonly #ended = new Map<Appender, { readonly key: RunKey; readonly cancel: () => void }>();
  #endedKeys = 0;

  constructor(services: ProducerServices) {
    this.#services = services;
  }

  async append(
    runId: string,
    events: readonly AppendEvent[],
    { tenantId, flush }: OfTenant & AppendOptions = {},
  ): Promise<Appended> {
    const key = keyOf(runId, tenantId);
    const actor = this.#services.live.get(key);
    if (actor) return this.appenderOf(actor).append(events, { flush });
    const record = await this.#services.runs.get(runId, { tenantId });
    const appender = this.#appenders.get(key);
    if (appender?.epoch === record.epoch) return appender.append(events, { flush });
    if (!record.rules?.isOpen) throw refusalOf(record);
    let adopting = this.#adopting.get(key);
    if (!adopting) {
      adopting = this.#services.adopt(record).finally(() => this.#adopting.delete(key));
      this.#adopting.set(key, adopting);
    }
    const adopted = await adopting;
    if (adopted) return this.appenderOf(adopted).append(events, { flush });
    return this.#repeated(record, key, events);
  }

  /** The run ended in another process, or in a former one: its log knows what was appended. */
  async #repeated(record: RunRecord, key: RunKey, events: readonly AppendEvent[]): Promise<Appended> {
    const { log } = this.#services;
    const { runId } = record;
    return readStorage(`run ${runId}`, async () => {
      const keys = new AppendKeys(ENDED_KEYS);
      await readKeys(log, key, ENDED_KEYS, keys);
      const newest = await log.read(key, { after: 0, limit: 1, reverse: true });
      if (newest.result !== 'page') throw runEnded(runId);
      const cancelRequested = newest.entries[0]?.type === 'cancelled';
      return repeatedAnswer(runId, events, { keys, stand: { cursor: newest.cursor, cancelRequested } });
    });
  }

  /** The one appender of a run of this process. Throws `RUN_HAS_AGENT`. */
  appenderOf(actor: RunActor): Appender {
    const { key, epoch, runId } = actor.parts.identity;
    const known = this.#appenders.get(key);
    if (known?.epoch === epoch) return known;
    if (!actor.possession) throw hasAgent(runId);
    if (known) this.#forget(known);
    const appender = new Appender(actor, this.#services.rules);
    this.#appenders.set(key, appender);
    const end = (): void => this.#retire(appender, key);
    actor.result.promise.then(end, end);
    return appender;
  }

  /** A run that another process has by now. It may be back soon; later, whoever asks for it again adopts it anew. */
  left(key: RunKey, epoch: string): void {
    const { sweep, clock, live } = this.#services;
    sweep.at(clock.now() + REMEMBERED, () => {
      if (live.get(key)) return;
      const appender = this.#appenders.get(key);
      if (appender?.epoch === epoch && !this.#ended.has(appender)) this.#appenders.delete(key);
    });
  }

  #retire(appender: Appender, key: RunKey): void {
    appender.retire();
    // Another run may have taken the id meanwhile.
    if (this.#appenders.get(key) !== appender) return;
    if (appender.size === 0 || !appender.hasEnded) {
      this.#appenders.delete(key);
      return;
    }
    const { sweep, clock } = this.#services;
    const cancel = sweep.at(clock.now() + REPEATABLE, () => this.#forget(appender));
    this.#ended.set(appender, { key, cancel });
    this.#endedKeys += appender.size;
    for (const oldest of this.#ended.keys()) {
      if (this.#endedKeys <= MOST_ENDED_KEYS) break;
      this.#forget(oldest);
    }
  }

  #forget(appender: Appender): void {
    const ended = this.#ended.get(appender);
    if (!ended) return;
    ended.cancel();
    this.#ended.delete(appender);
    this.#endedKeys -= appender.size;
    if (this.#appenders.get(ended.key) === appender) this.#appenders.delete(ended.key);
  }
}

function hasAgent(runId: string): SluiceError {
  return new SluiceError(
    'RUN_HAS_AGENT',
    `run ${runId} has an agent, and only its agent writes to it. Create a run without an agent to append events.`,
    { runId },
  );
}

function refusalOf({ runId, status, rules }: RunRecord): SluiceError {
  if (isEnded(status)) return runEnded(runId);
  return rules ? hasAgent(runId) : notHere(runId);
}

function notHere(runId: string): SluiceError {
  return new SluiceError('STORAGE_LOST', `run ${runId}: nobody here can write to it any longer.`, { runId });
}
