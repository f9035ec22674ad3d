import type { Observable } from 'rxjs';
import { isPromise } from '../backends/awaitable.ts';
import type { Claim, RunRecord } from '../backends/backend.ts';
import type { Notes } from '../backends/notes.ts';
import type { Gate } from '../control/gate.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { parseFilter, type FilterSpec } from '../event/filter.ts';
import type { JsonObject } from '../event/json.ts';
import type { AnyCustom, CustomEvents, RunEvent } from '../event/run-event.ts';
import { RunContext, type ContextRules } from '../run/context.ts';
import { withRunContext } from '../run/current-context.ts';
import type { StartRun } from '../run/actions/child-run.ts';
import { largestBatch, type Appended, type AppendEvent, type AppendOptions } from '../run/appender.ts';
import type { RunReader } from '../run/reader.ts';
import { Run, type RunSource } from '../run/run-handle.ts';
import { LiveSource, repeatedSource, storedSource, wanderingSource } from '../run/run-sources.ts';
import type { RunActor } from '../run/run.ts';
import { timeIn } from '../run/run-time.ts';
import { RunWriter } from '../run/writer.ts';
import type { KnownSecrets } from '../secrets/known-secrets.ts';
import { randomName } from '../time/random-name.ts';
import { Sweep } from '../time/sweep.ts';
import { Admission } from './admission.ts';
import {
  checkInput,
  checkOutput,
  infoOf,
  resolveAgent,
  type AgentInfo,
  type AgentRef,
  type ResolvedAgent,
} from './agents.ts';
import { closeEngine, type CloseOptions, type CloseReport } from './close-engine.ts';
import type { Agent } from './define-agent.ts';
import { Instance } from './instance.ts';
import { LiveRuns } from './live-runs.ts';
import { EngineMeter } from './metrics/engine-meter.ts';
import { engineMetrics, type EngineMetrics } from './metrics/engine-metrics.ts';
import { warnOnce } from './observers/error-warning.ts';
import type { ObserveOptions } from './observers/observe-options.ts';
import { ObserverList } from './observers/observer-list.ts';
import type { AnyObserver, Observation } from './observers/observer.ts';
import { OWNER_LOST, settleOrphan, settleOrphans } from './orphans.ts';
import { OpenRuns } from './open-runs.ts';
import { Observers } from './observers/observers.ts';
import type { Sink, SinkHandle, SinkOptions } from './sinks/sink.ts';
import { Sinks } from './sinks/sinks.ts';
import { resolveOptions, type EngineOptions, type EngineSettings } from './options.ts';
import { keyOf, RunEvents, type OfTenant } from './run-events.ts';
import { patientBackend } from './patient-backend.ts';
import { Producers } from './producers.ts';
import { Readiness } from './readiness.ts';
import { decisionsOf, type RunDecision } from './run-decision.ts';
import { Runs } from './runs.ts';
import { resolveStart, type OpenRunOptions, type StartOptions } from './start-options.ts';
import { customTypesOf, type CustomTypes } from './custom-types.ts';
import { callableEvents, type EngineEvents } from './engine-events.ts';

/** Many runs, their events, and whoever watches them. Made by `createEngine`. */
export class Engine<Custom extends CustomEvents = AnyCustom> {
  /** List, look at, cancel, answer and erase runs. */
  readonly runs: Runs;
  /** Read the events of any run: `engine.events(runId)`, and `.search`, `.get`, `.latest`, `.tip`, `.read`. */
  readonly events: EngineEvents;
  /** Who observes: listed with counts and health, found and removed by id. */
  readonly observers: ObserverList;
  /** What no event may show; may learn more at any time. */
  readonly secrets: KnownSecrets;
  /** What may go ahead in its runs; takes and loses policies at any time. */
  readonly gate: Gate;
  /** What policies decided in runs of this process, as it is stored, masked. Hot; completes when the engine closes. */
  readonly decisions$: Observable<RunDecision>;
  /** What services beside the runs keep where the runs are, each note in the hands of one instance; for bridges. */
  readonly notes: Notes;
  readonly #settings: EngineSettings;
  readonly #sweep: Sweep;
  readonly #live: LiveRuns;
  readonly #meter: EngineMeter;
  readonly #observers: Observers;
  readonly #sinks: Sinks;
  readonly #admission: Admission;
  readonly #instance: Instance;
  readonly #openRuns: OpenRuns;
  readonly #runEvents: RunEvents;
  readonly #rules: ContextRules;
  readonly #producers: Producers;
  readonly #readiness: Readiness;
  #agentInfos: readonly AgentInfo[] | undefined;
  #closing: Promise<CloseReport> | undefined;
  /**
   * Resolves when the runs that a former process left behind go on or have their ends, which is at once where a backend forgets
   * or somebody else looks after them. Rejects with `STORAGE_LOST`; nothing else waits for it.
   */
  readonly ready: Promise<void>;

  constructor(options: EngineOptions<Custom> = {}) {
    const resolved = resolveOptions(options);
    const { clock, eventBytes, events, secrets, storageTimeout: timeout } = resolved;
    this.#sweep = new Sweep(clock);
    this.#live = new LiveRuns(resolved.liveRuns);
    const meter = (this.#meter = new EngineMeter(clock));
    const backend = patientBackend(resolved.backend, {
      clock,
      sweep: this.#sweep,
      live: this.#live,
      meter,
      secrets,
      timeout,
    });
    const settings = { ...resolved, backend };
    this.#settings = settings;
    this.notes = backend.notes;
    const onError = options.onObserverError ?? warnOnce(secrets);
    this.#observers = new Observers({ clock, sweep: this.#sweep, onError });
    this.observers = new ObserverList(this.#observers);
    const watchFirstEvents = (tell: (run: RunEvent) => void) => this.#observers.watchFirstEvents(tell);
    this.#sinks = new Sinks({ backend, clock, sweep: this.#sweep, watchFirstEvents }, secrets);
    this.#instance = new Instance({
      ...{ backend, clock, sweep: this.#sweep, live: this.#live },
      canGoOn: ({ agent }) => settings.agents.get(agent ?? '')?.resume !== undefined,
      settle: (record, claim) =>
        settleOrphan({ backend, clock, resume: this.#resume, meter }, record, OWNER_LOST, claim),
    });
    this.#admission = new Admission(settings, {
      ...{ sweep: this.#sweep, live: this.#live, observers: this.#observers, meter },
      refused: backend.refused,
      claim: key => this.#instance.claim(key),
      ownershipOf: key => ({
        take: () => this.#instance.take(key),
        look: () => this.#instance.look(key),
        patience: timeout,
      }),
      left: (key, epoch) => this.#producers.left(key, epoch),
    });
    this.#openRuns = new OpenRuns({
      ...{ backend, live: this.#live, admission: this.#admission, instance: this.#instance, clock, events },
      checkOpen: () => this.#checkOpen(),
    });
    this.#runEvents = new RunEvents(backend, events, meter);
    const startRun: StartRun = (agent, started) =>
      this.start(agent as string, started) as Promise<unknown> as Promise<Run>;
    this.#rules = { now: () => clock.now(), eventBytes, events, secrets, startRun };
    const rescue = this.#instance;
    this.runs = new Runs(backend, this.#live, { events: this.#runEvents, rescue, secrets, clock });
    this.#producers = new Producers({
      ...{ live: this.#live, runs: this.runs, clock, sweep: this.#sweep, rules: this.#rules },
      ...{ log: backend.log, adopt: record => this.#openRuns.adopt(record) },
    });
    this.events = callableEvents(this.#runEvents);
    this.secrets = secrets;
    this.gate = settings.gate;
    this.decisions$ = decisionsOf(this.#observers.feed(parseFilter('minimal'), undefined));
    for (const observer of options.observers ?? []) this.#observers.add(observer);
    this.ready = settleOrphans({ backend, clock, resume: this.#resume, meter }).then(() =>
      this.#instance.ready(),
    );
    this.#readiness = new Readiness({ backend, clock, sweep: this.#sweep, ready: this.ready });
  }

  /** Names of the agents that can be started by name. */
  get agents(): readonly string[] {
    return [...this.#settings.agents.keys()];
  }

  /** The agents that can be started by name, in words for people. */
  get agentInfos(): readonly AgentInfo[] {
    return (this.#agentInfos ??= [...this.#settings.agents.values()].map(infoOf));
  }

  /** The event types of users' own that its runs may have. */
  get customTypes(): CustomTypes {
    return customTypesOf(this.#settings.events, this.#settings.agents.values());
  }

  /** Events that one {@link append} may have: 1,000, or what a mailbox holds if that is fewer. */
  get largestBatch(): number {
    return largestBatch(this.#settings.mailbox);
  }

  /** Runs alive in this process, and observers. */
  get stats(): { readonly liveRuns: number; readonly observers: number; readonly deadlines: number } {
    return { liveRuns: this.#live.size, observers: this.#observers.size, deadlines: this.#sweep.size };
  }

  /** How it is doing, in numbers, which `GET /metrics` of a server shows to Prometheus. */
  metrics(): EngineMetrics {
    const rooms = { meter: this.#meter, live: this.#live, observers: this.#observers, sinks: this.#sinks };
    return engineMetrics({ ...rooms, secrets: this.secrets, gate: this.gate });
  }

  /**
   * Starts an agent. Resolves when the run is admitted and waits for nothing the agent does: its failure is an event
   * of the run, not of this call. Rejects with `UNKNOWN_AGENT`, `BAD_INPUT`, `BAD_OPTION`, `BAD_ID`, `BAD_FILTER`,
   * `RUN_EXISTS`, `IDEMPOTENCY_CONFLICT`, `TOO_MANY_RUNS`, `ENGINE_CLOSED`, `STORAGE_LOST`, and then nothing was made.
   */
  start<Input = unknown, Output = unknown>(
    agent: Agent<Input, Output, Custom> | string,
    options?: StartOptions<NoInfer<Input>>,
  ): Promise<Run<Output, Custom>>;
  /** The same for an agent that is nothing but its work; its input is what the options say. */
  start<Input = unknown, Output = unknown>(
    work: (ctx: RunContext<Input, Custom>) => Output | Promise<Output>,
    options?: StartOptions<Input>,
  ): Promise<Run<Output, Custom>>;
  async start<Input = unknown, Output = unknown>(
    agent: AgentRef<Input, Output, Custom>,
    options: StartOptions<Input> = {},
  ): Promise<Run<Output, Custom>> {
    this.#checkOpen();
    const resolved = resolveAgent(agent, this.#settings.agents);
    const settings = resolveStart(options, { agent: resolved.name }, this.#settings);
    const input = checkInput(resolved, options.input, this.secrets);
    const { name, events } = resolved;
    const admitting = this.#admission.admit(settings, { agent: name, isOpen: false, events });
    const { actor, record } = isPromise(admitting) ? await admitting : admitting;
    if (!actor) return this.#repeatedRun(record);
    const run = this.#liveRun<Output>(actor);
    actor.begin(startedData(resolved, settings.input), settings.inputSize + 512, () =>
      this.#work(actor, resolved, input),
    );
    return run;
  }

  /**
   * Opens a run without an agent, for somebody who does the work elsewhere and writes what happens. Rejects like
   * {@link start}; a repeated idempotency key gives the writer again while the run lives, `RUN_ENDED` after.
   */
  async open(options: OpenRunOptions = {}): Promise<RunWriter<Custom>> {
    this.#checkOpen();
    const settings = resolveStart(options, { isOpen: true }, this.#settings);
    const admitted = await this.#admission.admit(settings, { agent: undefined, isOpen: true });
    const actor = admitted.actor ?? this.#live.get(keyOf(admitted.record.runId, admitted.record.tenantId));
    if (!actor) {
      const { runId } = admitted.record;
      throw new SluiceError('RUN_ENDED', `run ${runId} was opened with this idempotencyKey and has ended.`, {
        runId,
      });
    }
    if (admitted.actor) actor.begin(startedData({}, settings.input), settings.inputSize + 512);
    const rules = { ...this.#rules, now: () => timeIn(actor.parts) };
    return new RunWriter(actor, this.#liveRun(actor), rules, (events, options) =>
      this.#producers.appenderOf(actor).append(events, options),
    );
  }

  /**
   * Appends a batch to a run of {@link open}, by its id; everything else is as with `RunWriter.append`. Rejects with
   * `RUN_NOT_FOUND`, and with `RUN_HAS_AGENT` for a run that an agent of this process writes.
   */
  append(
    runId: string,
    events: readonly AppendEvent[],
    options: OfTenant & AppendOptions = {},
  ): Promise<Appended> {
    return this.#producers.append(runId, events, options);
  }

  /** Events of all runs of this process, from now on; hot, completes when the engine closes. Throws `BAD_FILTER`. */
  feed({ filter, tenantId }: { readonly filter?: FilterSpec } & OfTenant = {}): Observable<RunEvent<Custom>> {
    return this.#observers.feed(parseFilter(filter), tenantId) as Observable<RunEvent<Custom>>;
  }

  /**
   * Shows every event that is committed from now on to `observer`, which cannot influence anything, whatever it does.
   * It is called after the call that emitted, in the order of each run, at most once per event; what it is too slow
   * for waits, and is dropped and counted beyond `capacity`. Throws `BAD_OPTION`, `BAD_FILTER`, `ENGINE_CLOSED`.
   */
  observe(observer: AnyObserver, options?: ObserveOptions): Observation {
    return this.#observers.add(observer, options);
  }

  /**
   * Brings the log of every run to `sink`, at least once: what fails is tried again until it succeeds, and with a
   * `store` that lasts it goes on after a restart where it was. Reads the runs that exist, then the new ones. Throws
   * `BAD_OPTION`, `BAD_FILTER`, `ENGINE_CLOSED`.
   */
  sink(sink: Sink, options: SinkOptions): SinkHandle {
    this.#checkOpen();
    return this.#sinks.add(sink, options);
  }

  /** The sinks at work. */
  get sinks(): readonly SinkHandle[] {
    return this.#sinks.all;
  }

  /**
   * Takes no more runs, cancels those that live, waits for them (their grace at the most), lets observers and sinks
   * finish (`drain` at the most), calls `whenEnded`, and closes the backend. A second call waits for the first.
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    const rooms = {
      ...{ admission: this.#admission, live: this.#live, observers: this.#observers, sinks: this.#sinks },
      ...{ sweep: this.#sweep, instance: this.#instance, backend: this.#settings.backend },
    };
    return (this.#closing ??= closeEngine(rooms, options));
  }

  /**
   * Resolves if a run could be started now: what `ready` waits for is done, the backend answers, and nobody closes. Rejects
   * with `ENGINE_CLOSED`, and within two seconds with `STORAGE_LOST`. For whoever sends requests to one of several.
   */
  async checkReady(): Promise<void> {
    this.#checkOpen();
    await this.#readiness.check();
  }

  #checkOpen(): void {
    if (this.#closing) throw new SluiceError('ENGINE_CLOSED', 'engine: it is closed and takes no more runs.');
  }

  #work(actor: RunActor, agent: ResolvedAgent, input: unknown): unknown {
    const rules = agent.events ? { ...this.#rules, events: agent.events } : this.#rules;
    const context = new RunContext<unknown, never>(actor, input, rules);
    const output = withRunContext(context, () => agent.run(context, input));
    if (!agent.output) return output;
    return isPromise(output) ? output.then(value => checkOutput(agent, value)) : checkOutput(agent, output);
  }

  /** Whether the agent of a run can go on with it. */
  readonly #resume = async (
    record: RunRecord,
    last: RunEvent | undefined,
    claim: Claim | undefined,
  ): Promise<boolean> => {
    if (record.rules?.isOpen) {
      this.#openRuns.goOn(record, last, claim);
      return true;
    }
    const agent = this.#settings.agents.get(record.agent ?? '') as ResolvedAgent | undefined;
    const { resume } = agent ?? {};
    // Who asked for a cancel wants no new beginning.
    if (!agent || !resume || !last || claim?.cancel) return false;
    const { tenantId, runId } = record;
    const saved = await this.runs.checkpoint(runId, { tenantId });
    const checkpoint = saved && { ...saved.data, seq: saved.seq };
    const actor = this.#admission.adopt(record, agent.events ?? this.#settings.events, claim?.fence);
    actor.takeOver(last, randomName(8), () =>
      this.#work(
        actor,
        { ...agent, run: ctx => resume(ctx, checkpoint) },
        checkInput(agent, record.input, this.secrets),
      ),
    );
    return true;
  };

  #liveRun<Output>(actor: RunActor): Run<Output, Custom> {
    return new Run(this.#sourceOf(actor));
  }

  #sourceOf(actor: RunActor): RunSource {
    if (!actor.possession?.canRegain) return new LiveSource(actor, this.#readAfter);
    const { runId, tenantId } = actor.parts.identity;
    return wanderingSource(actor, {
      read: () => this.#readAfter(actor, 0),
      cancel: async reason => void (await this.runs.cancel(runId, { tenantId, reason })),
    });
  }

  readonly #readAfter = (actor: RunActor, seq: number): RunReader => {
    const { key, runId, epoch } = actor.parts.identity;
    return this.#runEvents.readerAfter(key, runId, { seq, epoch });
  };

  /** The run that an idempotency key belongs to, for whoever asks again. */
  async #repeatedRun<Output>({ runId, tenantId, status, epoch }: RunRecord): Promise<Run<Output, Custom>> {
    const key = keyOf(runId, tenantId);
    const actor = this.#live.get(key);
    if (actor) return new Run(repeatedSource(this.#sourceOf(actor)));
    const { cursor } = await this.#runEvents.tip(runId, { tenantId });
    return new Run(
      storedSource({
        ...{ runId, tenantId, status: () => status, cursor: () => cursor },
        cancel: async reason => void (await this.runs.cancel(runId, { tenantId, reason })),
        read: () => this.#runEvents.readerAfter(key, runId, { seq: 0, epoch }),
      }),
    );
  }
}

function startedData({ name, framework }: Partial<ResolvedAgent>, input: unknown): JsonObject {
  return {
    ...(name !== undefined && { agent: name }),
    ...(framework !== undefined && { framework }),
    ...(input !== undefined && { input: input as JsonObject }),
  };
}
