import { isPromise, type Awaitable } from '../backends/awaitable.ts';
import {
  runKey,
  type CreateResult,
  type RunKey,
  type RunRecord,
  type RunRules,
} from '../backends/backend.ts';
import type { EventDefinitions } from '../event/define-events.ts';
import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import { parseFilter } from '../event/filter.ts';
import type { JsonObject } from '../event/json.ts';
import { AppendKeys } from '../run/append-keys.ts';
import { LIVING_KEYS } from '../run/appender.ts';
import type { Outside, Ownership } from '../run/outside.ts';
import { readKeys } from '../run/stored-keys.ts';
import type { RunServices, RunSettings } from '../run/run-parts.ts';
import { RunActor } from '../run/run.ts';
import { maskValue } from '../secrets/mask-value.ts';
import { isoTime } from '../time/iso-time.ts';
import { randomName } from '../time/random-name.ts';
import type { Sweep } from '../time/sweep.ts';
import type { LiveRuns } from './live-runs.ts';
import type { EngineMeter } from './metrics/engine-meter.ts';
import type { Observers } from './observers/observers.ts';
import type { EngineSettings } from './options.ts';
import type { RepeatedWork } from './repeated-work.ts';
import { RunKeeper, type KeeperServices } from './run-keeper.ts';
import { NO_LABELS, type StartSettings } from './start-options.ts';

/** What became of a request for a run. */
export type Admitted =
  | { readonly actor: RunActor; readonly record: RunRecord }
  /** The idempotency key belongs to a run that was asked for before. */
  | { readonly actor: undefined; readonly record: RunRecord };

/** Who does the work of a run. */
export interface AdmissionKind {
  readonly agent: string | undefined;
  /** Somebody outside, who opened it. */
  readonly isOpen: boolean;
  /** Custom types of its own, instead of the engine's. */
  readonly events?: EventDefinitions | undefined;
  /** Lets this process write it, where several may. */
  readonly fence?: string | undefined;
  /** Another process had it before. */
  readonly isAdopted?: boolean;
}

/** What admission shares with the rest of the engine. */
export interface AdmissionRooms {
  readonly sweep: Sweep;
  readonly live: LiveRuns;
  readonly observers: Observers;
  readonly meter: EngineMeter;
  /** Tries again what the directory refused. */
  readonly refused: RepeatedWork;
  /** The fence of a run that was just created. */
  readonly claim: (key: RunKey) => Promise<string | undefined>;
  /** Whose a run is that producers outside write. */
  readonly ownershipOf: (key: RunKey) => Ownership;
  /** Another process has such a run by now. */
  readonly left: (key: RunKey, epoch: string) => void;
}

/** Milliseconds of silence after which a producer outside is given up. */
const PRODUCER_IDLE = 5 * 60_000;

/** Lets runs in: a record in the directory first, then an actor. */
export class Admission {
  readonly #settings: EngineSettings;
  readonly #live: LiveRuns;
  /** Absent where one process owns everything. */
  readonly #claim: AdmissionRooms['claim'] | undefined;
  readonly #ownershipOf: AdmissionRooms['ownershipOf'] | undefined;
  readonly #left: AdmissionRooms['left'];
  readonly #keeping: KeeperServices;
  readonly #services: RunServices;
  readonly #instance = randomName(8);
  /** Requests that the directory has not answered yet. */
  #asked = 0;
  /** The first of them for each run. */
  readonly #creating = new Map<RunKey, Promise<Admitted>>();
  readonly #waiting: (() => void)[] = [];
  #lives = 0;
  /** Somebody else may go on with a run. */
  readonly #isLasting: boolean;
  #lastSettings: RunSettings | undefined;

  constructor(
    settings: EngineSettings,
    { sweep, live, observers, meter, refused, claim, ownershipOf, left }: AdmissionRooms,
  ) {
    const { backend, clock, secrets, gate } = settings;
    this.#settings = settings;
    this.#live = live;
    this.#claim = settings.backend.lease && claim;
    this.#ownershipOf = settings.backend.lease && ownershipOf;
    this.#left = left;
    this.#isLasting = backend.flags.durable || backend.flags.shared;
    this.#keeping = { directory: backend.directory, refused, clock, live, observers, meter };
    this.#services = {
      ...{ log: backend.log, isChained: backend.flags.chained },
      ...{ clock, sweep, secrets, gate },
    };
  }

  /** Throws or rejects with `RUN_EXISTS`, `IDEMPOTENCY_CONFLICT`, `TOO_MANY_RUNS`, `STORAGE_LOST`. */
  admit(start: StartSettings, kind: AdmissionKind): Awaitable<Admitted> {
    this.#live.checkRoom(this.#asked);
    const record = this.#recordOf(start, kind);
    const created = this.#create(record, start);
    if (!isPromise(created)) return this.#admitted(created, start, kind, record);
    const key = runKey(record.tenantId, record.runId);
    this.#asked++;
    const admitting: Promise<Admitted> = Promise.resolve(created)
      .catch((cause: unknown) => {
        throw createFailed(start.runId, cause);
      })
      .then(async answer => {
        // A repetition may be answered before the request that it repeats, whose actor comes with its answer.
        if (answer.result === 'repeated') await this.#firstFor(answer.record, admitting);
        if (answer.result === 'repeated') {
          const fence = await this.#fenceOfUnbegun(answer.record);
          if (fence === undefined) return { actor: undefined, record: answer.record };
          const again = { ...start, runId: answer.record.runId };
          return { actor: this.#actorOf(again, { ...kind, fence }, answer.record), record: answer.record };
        }
        const fence = answer.result === 'created' ? await this.#claim?.(key) : undefined;
        return this.#admitted(answer, start, { ...kind, fence }, record);
      })
      .finally(() => {
        if (this.#creating.get(key) === admitting) this.#creating.delete(key);
        this.#asked--;
        if (this.#asked === 0) for (const resolve of this.#waiting.splice(0)) resolve();
      });
    if (!this.#creating.has(key)) this.#creating.set(key, admitting);
    return admitting;
  }

  /**
   * The fence of a run that was admitted and never begun, since its process died before, or was not answered: whoever
   * asks for it again begins it. `undefined` where somebody has begun it, or is about to.
   */
  async #fenceOfUnbegun({ tenantId, runId, status }: RunRecord): Promise<string | undefined> {
    const key = runKey(tenantId, runId);
    if (status !== 'accepted' || !this.#ownershipOf || this.#live.get(key)) return undefined;
    const page = await this.#services.log.read(key, { after: 0, limit: 0 });
    return page.result === 'page' && page.tip === 0 ? this.#ownershipOf(key).look() : undefined;
  }

  async #firstFor({ tenantId, runId }: RunRecord, asking: Promise<Admitted>): Promise<void> {
    const first = this.#creating.get(runKey(tenantId, runId));
    if (first !== asking) await first?.catch(() => undefined);
  }

  #admitted(created: CreateResult, start: StartSettings, kind: AdmissionKind, record: RunRecord): Admitted {
    switch (created.result) {
      case 'created':
        this.#keeping.meter.started++;
        return { actor: this.#actorOf(start, kind, record), record };
      case 'repeated':
        return { actor: undefined, record: created.record };
      case 'exists':
        throw runExists(start.runId);
      case 'conflict':
        throw idempotencyConflict(start.idempotency?.key ?? '');
    }
  }

  /** An actor for a run of another process; nothing has begun. Throws `TOO_MANY_RUNS`. */
  adopt(record: RunRecord, events: EventDefinitions | undefined, fence: string | undefined): RunActor {
    this.#live.checkRoom(this.#asked);
    const { runId, tenantId, threadId, labels = NO_LABELS, metadata, rules } = record;
    const { maxDuration = Infinity, idle = Infinity } = rules ?? {};
    const filter = parseFilter(rules?.record, { custom: events?.names });
    const start = { runId, tenantId, threadId, labels, metadata, record: filter, maxDuration, idle };
    this.#keeping.meter.adopted++;
    return this.#actorOf(
      start,
      { agent: record.agent, isOpen: rules?.isOpen ?? false, events, fence, isAdopted: true },
      record,
    );
  }

  /** Resolves when all that was asked is admitted or refused. */
  settled(): Promise<void> {
    if (this.#asked === 0) return Promise.resolve();
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  #create(record: RunRecord, { runId, idempotency }: StartSettings): Awaitable<CreateResult> {
    try {
      return this.#settings.backend.directory.create(record, idempotency);
    } catch (cause) {
      throw createFailed(runId, cause);
    }
  }

  #recordOf(start: StartSettings, { agent, isOpen }: AdmissionKind): RunRecord {
    const { secrets, clock, keep } = this.#settings;
    const now = isoTime(clock.now());
    return {
      runId: start.runId,
      tenantId: start.tenantId,
      epoch: `${this.#instance}${(this.#lives++).toString(36)}`,
      agent,
      threadId: start.threadId,
      parentId: start.parentId,
      labels: maskValue(start.labels, secrets).value as Record<string, string>,
      status: 'accepted',
      createdAt: now,
      updatedAt: now,
      startedAt: start.startedAt === undefined ? undefined : isoTime(start.startedAt),
      input: maskValue(start.input, secrets).value as JsonObject,
      metadata: maskValue(start.metadata, secrets).value as JsonObject | undefined,
      ttl: start.ttl,
      keep,
      rules: this.#isLasting ? rulesOf(start, { isOpen, canResume: this.#canResume(agent) }) : undefined,
    };
  }

  #canResume(agent: string | undefined): boolean {
    return this.#settings.agents.get(agent ?? '')?.resume !== undefined;
  }

  #actorOf(start: ActorStart, kind: AdmissionKind, record: RunRecord): RunActor {
    const { runId, tenantId, threadId, labels, metadata } = start;
    const key = runKey(tenantId, runId);
    const actor: RunActor = new RunActor({
      // Labels and metadata are copies for the agent: what it does to them must not change the record.
      identity: {
        runId,
        tenantId,
        key,
        epoch: record.epoch,
        threadId,
        labels: labels === NO_LABELS ? labels : { ...labels },
        metadata: metadata && structuredClone(metadata),
        startedAt: record.startedAt === undefined ? undefined : Date.parse(record.startedAt),
        ...(kind.fence !== undefined && { fence: kind.fence }),
      },
      services: this.#services,
      settings: this.#settingsOf(start, kind),
      listener: new RunKeeper(this.#keeping, key),
      canResume: this.#isLasting && this.#canResume(kind.agent),
      ...(kind.isOpen && { outside: this.#outsideOf(key, kind, () => actor) }),
    });
    this.#live.add(key, actor);
    return actor;
  }

  #outsideOf(key: RunKey, { isAdopted }: AdmissionKind, actorOf: () => RunActor): Outside {
    const keys = new AppendKeys(LIVING_KEYS);
    const { log } = this.#services;
    const live = this.#live;
    return {
      ...{ keys, isLasting: this.#isLasting, ownership: this.#ownershipOf?.(key) },
      ...(isAdopted && { load: () => readKeys(log, key, LIVING_KEYS, keys) }),
      left: () => {
        if (live.get(key) === actorOf()) live.remove(key);
        this.#left(key, actorOf().parts.identity.epoch);
      },
      came: () => {
        if (!live.get(key)) live.add(key, actorOf());
      },
    };
  }

  /** Most runs behave like the one before, and then share its settings. */
  #settingsOf(
    { record, maxDuration, idle: given }: ActorStart,
    { isOpen, events = this.#settings.events }: AdmissionKind,
  ): RunSettings {
    const idle = given ?? (isOpen ? PRODUCER_IDLE : Infinity);
    const idleCode = isOpen ? 'PRODUCER_SILENT' : 'IDLE_TIMEOUT';
    const last = this.#lastSettings;
    const isSame =
      last?.record === record &&
      last.events === events &&
      last.maxDuration === maxDuration &&
      last.idle === idle &&
      last.idleCode === idleCode;
    if (isSame) return last;
    const { eventBytes, mailbox, window, grace } = this.#settings;
    return (this.#lastSettings = {
      ...{ record, events, window, mailbox, eventBytes },
      ...{ maxDuration, idle, idleCode, grace },
    });
  }
}

/** What an actor is made of. */
type ActorStart = Pick<
  StartSettings,
  'runId' | 'tenantId' | 'threadId' | 'labels' | 'metadata' | 'record' | 'maxDuration' | 'idle'
>;

// JSON has no infinity.
function rulesOf(
  { record, maxDuration, idle: given }: StartSettings,
  { isOpen, canResume }: { readonly isOpen: boolean; readonly canResume: boolean },
): RunRules {
  const idle = given ?? (isOpen ? PRODUCER_IDLE : undefined);
  return {
    ...(isOpen && { isOpen }),
    ...(canResume && { canResume }),
    record: record.spec,
    ...(maxDuration !== Infinity && { maxDuration }),
    ...(idle !== undefined && idle !== Infinity && { idle }),
  };
}

function createFailed(runId: string, cause: unknown): SluiceError {
  if (isSluiceError(cause)) return cause;
  return new SluiceError('STORAGE_LOST', `run ${runId}: the backend failed to create it.`, { runId, cause });
}

function runExists(runId: string): SluiceError {
  const message = `run ${runId} exists already. Leave out the id to get a new one, or pass an idempotencyKey to get the same run.`;
  return new SluiceError('RUN_EXISTS', message, { runId });
}

function idempotencyConflict(key: string): SluiceError {
  const shown = JSON.stringify(key.slice(0, 64));
  const message = `idempotencyKey ${shown}: it was used for a run with other options. Use a new key for a new request.`;
  return new SluiceError('IDEMPOTENCY_CONFLICT', message);
}
