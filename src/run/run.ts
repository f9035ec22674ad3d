import type { ExecutionContext } from '../control/execution-context.ts';
import type { JudgeHost } from '../control/statement-judge.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { JsonObject } from '../event/json.ts';
import type { Proposal } from '../event/proposal.ts';
import type { RunEvent, RunStatus } from '../event/run-event.ts';
import { Actions, type ActionHost } from './actions/actions.ts';
import { refused, stepEnded } from './actions/failures.ts';
import { beginWork } from './agent-work.ts';
import { Asks, askNotFound, type AnswerOptions, type AskOptions } from './asks.ts';
import { Cancellation } from './cancellation.ts';
import { Deadlines, type DeadlineHost } from './deadlines.ts';
import { Departure } from './departure.ts';
import { completed, failed, said, stopped, type Ending, type EndingRules } from './ending.ts';
import { executionOf, judgingOf } from './execution.ts';
import { END_SIGNAL, isEnded, nextStatus, type EndType, type LifeSignal } from './lifecycle.ts';
import { closeLost } from './lost-run.ts';
import { RunPipe, type PipeHost } from './pipe.ts';
import { runEnded } from './run-ended.ts';
import type { Adoption, FactOptions, RunParts } from './run-parts.ts';
import { RunResult } from './run-result.ts';
import { endTimeIn, lengthOf, timeIn } from './run-time.ts';
import { askAround } from './silent-producer.ts';
import { takeBack, type TakenBack } from './take-back.ts';
import { maskedStop, stopError, tooLong, tooSilent, type Stop } from './stop.ts';
import { Window } from './window.ts';

/** Room for what the engine itself says, in characters. */
const FACT_SIZE = 512;

/**
 * One run as an actor, from its birth to its one end: proposals → pipe (redact, gate, record, commit) → window.
 * What can follow what stands in `lifecycle.ts`, what each end says in `ending.ts`.
 */
export class RunActor implements PipeHost, DeadlineHost, ActionHost {
  readonly parts: RunParts;
  readonly window: Window;
  readonly pipe: RunPipe;
  readonly result = new RunResult();
  /** Its producer is in this process, and goes with it. */
  isWrittenHere = false;
  readonly #deadlines: Deadlines;
  readonly #cancellation = new Cancellation();
  #status: RunStatus = 'accepted';
  #startedAt = 0;
  #asks: Asks | undefined;
  #actions: Actions | undefined;
  #ending: Ending | undefined;
  #execution: ExecutionContext | undefined;
  #departure: Departure | undefined;
  #isAway = false;

  constructor(parts: RunParts) {
    const { services, settings } = parts;
    this.parts = parts;
    this.window = new Window(settings.window);
    this.pipe = new RunPipe(parts, this);
    this.#deadlines = new Deadlines(services, settings, this);
  }

  get status(): RunStatus {
    return this.#status;
  }

  get #endings(): EndingRules {
    const { identity, services, settings } = this.parts;
    return { runId: identity.runId, eventBytes: settings.eventBytes, secrets: services.secrets };
  }

  /** What asked the run to end before its agent did. */
  get stop(): Stop | undefined {
    return this.#cancellation.stop;
  }

  /** The end is on its way or reached: nothing more is taken. */
  get isEnding(): boolean {
    return this.#ending !== undefined || isEnded(this.#status);
  }

  /** The agent did not return within its grace. */
  get wasForced(): boolean {
    return this.#ending?.isForced ?? false;
  }

  /** Nobody in this process does its work: a producer outside writes it. */
  get isExternal(): boolean {
    return this.parts.outside !== undefined;
  }

  /** Other processes may write it, too, and this one after them. */
  get canRegain(): boolean {
    return this.parts.outside?.ownership !== undefined;
  }

  /** It left, or is just leaving, for another process to go on with it: nothing more is taken. */
  get hasLeft(): boolean {
    return this.#departure?.isSealed ?? false;
  }

  /** Milliseconds since it began. */
  get age(): number {
    return Math.max(0, this.parts.services.clock.now() - this.#startedAt);
  }

  /** The cursor of the newest event. */
  get cursor(): string {
    return this.window.newest?.id ?? `${this.parts.identity.epoch}.0.0`;
  }

  /** Fires when the run is to stop. */
  get signal(): AbortSignal {
    return this.#cancellation.signal(this.parts.identity.runId);
  }

  /** What policies are told of it. */
  get execution(): ExecutionContext {
    return (this.#execution ??= executionOf(this));
  }

  judging(): JudgeHost {
    return judgingOf(this);
  }

  /** The calls of its agent. */
  get actions(): Actions {
    return (this.#actions ??= new Actions(this));
  }

  /** Whether the agent is inside of a step. */
  get hasSteps(): boolean {
    return this.#actions !== undefined && this.#actions.steps > 0;
  }

  /** Why nothing can begin any more; nothing while it can. */
  get refusal(): SluiceError | undefined {
    const { runId } = this.parts.identity;
    if (this.stop) return stopError(runId, this.stop);
    if (this.#departure) return this.#departure.error;
    return this.isEnding ? runEnded(runId) : undefined;
  }

  /** `work` is the agent, called on a fresh microtask. Without one, a writer outside ends the run. */
  begin(started: JsonObject, size: number, work?: () => unknown): void {
    this.#move('begin');
    // The clock is most of what a deadline costs.
    this.#startedAt = this.#deadlines.resume();
    this.#tell('started', started, { size });
    if (work && !this.isEnding) beginWork(this, work);
  }

  /** Goes on with a run whose owner is gone, behind its newest event. `name` is unique among its owners. */
  takeOver(last: RunEvent, name: string, work: () => unknown): void {
    this.#startedAt = this.parts.services.clock.now();
    this.window.restore(last);
    this.pipe.startAfter(last, name);
    this.#move('begin');
    this.#deadlines.resume();
    this.#tell('status', { status: this.#status, phase: 'resumed' });
    beginWork(this, work);
  }

  /**
   * Goes on with a run of a producer outside that another process had: behind its newest event, or from its beginning.
   * Says nothing, since nothing has changed for anybody. `bornAt` is when it was created, in ms.
   */
  adopt(last: RunEvent | undefined, name: string, { bornAt, started }: Adoption): void {
    if (!last) return this.begin(started, FACT_SIZE);
    this.#startedAt = bornAt;
    this.window.restore(last);
    this.pipe.startAfter(last, name);
    this.#move('begin');
    this.#deadlines.resume(this.age);
  }

  /** Another process may have the run: takes it, and brings what is known here up to date. */
  async claim(): Promise<void> {
    this.pipe.put({ type: 'claim', data: {}, at: 0, size: 0, fact: true, claim: true });
    await this.pipe.drained();
  }

  /** Takes the run from the process that has it. */
  async regain(after: number, attempt: number): Promise<TakenBack> {
    const { outside } = this.parts;
    const taken = await takeBack(this.parts, { after, attempt });
    const { last, isClosed, keys, claim } = taken;
    for (const [name, stored] of keys) outside!.keys.note(name, stored);
    if (isClosed) return taken;
    if (last) this.window.restore(last);
    if (this.#isAway) {
      this.#isAway = false;
      if (!this.stop) this.#deadlines.resume(this.age);
      outside!.came();
    }
    this.heard();
    if (claim.cancel) this.cancelledElsewhere(claim.cancel.reason);
    return taken;
  }

  /**
   * Another process has the run, or will have it: nothing is enforced here any more, and readers read its log. It comes
   * back with what is said next here.
   */
  letGo(): void {
    if (this.#isAway || isEnded(this.#status)) return;
    this.#isAway = true;
    this.#deadlines.pause();
    this.parts.outside?.left();
  }

  /** As {@link letGo}, for good: readers here are told on their error channel. */
  leave(error: SluiceError): void {
    this.letGo();
    this.#fail(error);
  }

  endedElsewhere(final: RunEvent): void {
    const { type, data } = final;
    const end = { type: type as EndType, data, size: 0 };
    this.#ending = said(this.#endings, end);
    this.#status = nextStatus(this.#status, END_SIGNAL[end.type]) ?? this.#status;
    this.window.restore(final);
    this.parts.outside?.left();
    this.#finish();
  }

  complete(output: unknown): void {
    this.#end(completed(this.#endings, output, lengthOf(this)));
  }

  fail(thrown: unknown): void {
    this.#end(failed(this.#endings, thrown));
  }

  /** Ends the run with what a producer outside said, which was checked to be an end. */
  endAs(proposal: Proposal): void {
    const { data, size } = proposal;
    this.#end(said(this.#endings, { type: proposal.type as EndType, data, size }), proposal);
  }

  /** A producer outside gave a sign of life. */
  heard(): void {
    this.#deadlines.active(this.parts.services.clock.now());
  }

  /** Asks the run to end: its signal fires now, and after its grace it is ended. The first request stands. */
  requestStop(asked: Stop): void {
    if (this.stop || isEnded(this.#status) || this.hasLeft) return;
    this.#departure?.abandon();
    const { identity, services, settings } = this.parts;
    const stop = maskedStop(asked, services.secrets);
    const { runId } = identity;
    this.#deadlines.pause();
    const host = { runId, clock: services.clock, sweep: services.sweep, grace: settings.grace };
    this.#cancellation.request(stop, host, () => this.#end(stopped(this.#endings, stop, true)));
    this.#dropOpen(stopError(runId, stop));
  }

  /**
   * Leaves the run to another process: its signal fires now, and once its agent has returned, or its grace is over, all
   * is stored and nothing more taken. No end is written. One that is to end until then ends here.
   */
  handOver(): void {
    if (this.isEnding || this.stop || this.#departure) return;
    this.#deadlines.pause();
    const { error } = (this.#departure = new Departure(this, () => {
      if (isEnded(this.#status)) return;
      this.#deadlines.stop();
      this.pipe.endUnsaid({ type: 'cancelled', data: {} });
      this.#fail(error);
    }));
    this.#cancellation.abort(error);
    this.#dropOpen(error);
  }

  #fail(error: SluiceError): void {
    this.result.settle({ ok: false, error });
    closeLost(this.window, this.parts.identity.runId, error);
  }

  #dropOpen(error: SluiceError): void {
    this.#actions?.abortInside(error);
    this.#asks?.dropAll(error);
  }

  ask<Value>(question: string, options: AskOptions<Value>): Promise<Value> {
    const { identity, services } = this.parts;
    if (this.refusal) return refused(this.refusal);
    this.#asks ??= new Asks({
      ...{ runId: identity.runId, clock: services.clock, sweep: services.sweep },
      secrets: services.secrets,
      tell: (type, data, { size, isFromOutside }) =>
        this.#tell(type, data, { size, ...(isFromOutside && { source: 'user', ahead: true }) }),
      waiting: isWaiting => this.#wait(isWaiting),
    });
    return this.#asks.ask(question, options);
  }

  /** Throws `ASK_NOT_FOUND` and `BAD_ANSWER`. */
  answer(askId: string, value: unknown, options?: AnswerOptions): void {
    if (!this.#asks) throw askNotFound(this.parts.identity.runId, askId);
    this.#asks.answer(askId, value, options);
  }

  #wait(isWaiting: boolean): void {
    if (!this.#move(isWaiting ? 'wait' : 'resume')) return;
    if (isWaiting) this.#deadlines.pause();
    else this.#deadlines.resume();
    this.#tell('status', { status: this.#status });
  }

  #tell(
    type: string,
    data: JsonObject,
    { size = FACT_SIZE, source = 'runtime', ahead = false }: FactOptions = {},
  ): void {
    this.pipe.put({ type, data, at: timeIn(this.parts), size, source, fact: true }, ahead);
  }

  #end(ending: Ending, proposed?: Proposal): void {
    if (this.#ending) return proposed?.receipt?.settle({ outcome: 'ended' });
    if (this.#departure && !this.stop) return this.#departure.seal();
    this.#ending = ending;
    // What is open is closed before the end, which nothing can follow.
    this.#actions?.abortInside(stepEnded(this.parts.identity.runId, 'the run'));
    const { type, data } = ending;
    const size = ending.size + FACT_SIZE;
    this.pipe.put({ source: 'runtime', at: 0, ...proposed, type, data, size, fact: true, final: true });
  }

  tooLong(): void {
    this.requestStop(tooLong(this.parts.settings));
  }

  tooSilent(): void {
    const stop = (): void => this.requestStop(tooSilent(this.parts.settings));
    if (!this.canRegain) return stop();
    const [letGo, again] = [() => this.letGo(), () => this.#deadlines.again()];
    void askAround(this.parts.outside!.ownership!, { fence: this.pipe.fence, letGo, stop, again });
  }

  /** Another process was asked to cancel it, and this end is not stored yet. */
  cancelledElsewhere(reason: string | undefined): void {
    this.requestStop({ end: 'cancelled', reason });
  }

  /** The end as it is when the pipe takes it: a stop that came until now wins. */
  sayEnd(proposed: Proposal): Proposal {
    if (this.stop && !this.#ending!.isForced) this.#ending = stopped(this.#endings, this.stop, false);
    return this.#final(proposed, this.#ending!);
  }

  /** Goes past redaction, so it tells nothing of what was thrown. */
  sayBrokenEnd(proposed: Proposal, cause: unknown): Proposal {
    const fault = new SluiceError('INTERNAL', 'the end of the run could not be written.', { cause });
    this.#ending = failed(this.#endings, fault);
    return this.#final(proposed, this.#ending);
  }

  #final(proposed: Proposal, { type, data, size }: Ending): Proposal {
    return { ...proposed, type, data, size: size + FACT_SIZE, at: endTimeIn(this.parts, proposed.at) };
  }

  deliver(event: RunEvent): void {
    const { listener, services, settings } = this.parts;
    if (settings.idle !== Infinity) this.#deadlines.active(services.clock.now());
    if (event.final) this.#move(END_SIGNAL[event.type as EndType], event);
    this.window.next(event);
    listener.committed(event);
    if (event.final) this.#finish();
  }

  #finish(): void {
    this.#deadlines.stop();
    this.#cancellation.settle();
    this.#asks?.dropAll(runEnded(this.parts.identity.runId));
    this.result.settle(this.#ending!.outcome);
    this.window.complete();
  }

  /** The log takes nothing any more: readers here are told ({@link closeLost}), and the agent by its signal. */
  lose(error: SluiceError): void {
    if (this.canRegain) this.letGo();
    if (this.canRegain) this.#status = nextStatus(this.#status, 'fail') ?? this.#status;
    else this.#move('fail');
    this.#cancellation.abort(error);
    this.#ending ??= { ...failed(this.#endings, error), outcome: { ok: false, error } };
    this.#deadlines.stop();
    this.#cancellation.settle();
    this.pipe.endUnsaid({ type: this.#ending.type, data: this.#ending.data });
    this.#dropOpen(error);
    this.#fail(error);
  }

  #move(signal: LifeSignal, final?: RunEvent): boolean {
    const next = nextStatus(this.#status, signal);
    if (next) this.parts.listener.moved((this.#status = next), final);
    return next !== undefined;
  }
}
