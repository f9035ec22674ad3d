import { isPromise } from '../../backends/awaitable.ts';
import { vetoError, type Stopping } from '../../control/decided.ts';
import type { Matter } from '../../control/execution-context.ts';
import type { Decision } from '../../control/verdict.ts';
import { isVeto } from '../../control/veto.ts';
import type { SluiceError } from '../../errors/sluice-error.ts';
import type { JsonObject } from '../../event/json.ts';
import type { Actions } from './actions.ts';
import { Attempt } from './attempt.ts';
import type { CallLimits } from './call-options.ts';
import { callTimeout, errorData, errorSize, refused, retryLimit, stepEnded } from './failures.ts';
import type { Inmate, Place } from './place.ts';

/** The types of the events of one kind of call. */
export interface CallTypes {
  readonly opening: string;
  readonly completed: string;
  readonly failed: string;
}

/** What an event says, and an upper estimate of it as JSON in characters. */
export interface Said {
  readonly data: JsonObject;
  readonly size: number;
}

/** What a call does, given the attempt that it is. */
export type CallWork<Result> = (attempt: Attempt) => Result | PromiseLike<Result>;

/** Times a policy may say RETRY before one call began. */
const MOST_ASKS = 100;

/**
 * One call under supervision, from the first question to its outcome. It asks the gate before each attempt and after each
 * failure, opens and closes each attempt exactly once, and ends at once when what is around it ends:
 *
 *     asking → open → failing → waiting → asking …    and from everywhere → done
 *
 * Synchronous wherever policies and work are.
 */
export abstract class Call<Result> implements Inmate {
  readonly path: string | undefined;
  readonly wave: number | undefined;
  protected readonly actions: Actions;
  /** Which attempt it is about. */
  protected number = 1;
  readonly #limits: CallLimits;
  readonly #work: CallWork<Result>;
  #around: Place;
  #attempt: Attempt | undefined;
  #asks = 0;
  #asking: AbortController | undefined;
  /** What the open attempt failed with, while the gate is asked about it. */
  #thrown: unknown;
  #cancelAlarm: (() => void) | undefined;
  #outcome: { readonly value: Result } | { readonly thrown: unknown } | undefined;
  #settle:
    { readonly resolve: (value: Result) => void; readonly reject: (thrown: unknown) => void } | undefined;

  constructor(
    actions: Actions,
    place: { readonly around: Place; readonly path: string | undefined; readonly wave: number | undefined },
    limits: CallLimits,
    work: CallWork<Result>,
  ) {
    this.actions = actions;
    this.#around = place.around;
    this.path = place.path;
    this.wave = place.wave;
    this.#limits = limits;
    this.#work = work;
  }

  /** Whether nodes inside belong to it as to a wave. */
  get isWave(): boolean {
    return false;
  }

  protected abstract get types(): CallTypes;
  /** How people name it in errors. */
  protected abstract get title(): string;
  /** What the opening event of this attempt says. */
  protected abstract opening(): Said;
  protected abstract completion(value: Result, durationMs: number): Said;
  protected abstract failure(error: JsonObject, willRetry: boolean): JsonObject;
  /** Whether policies are asked about it. */
  protected get isGated(): boolean {
    return true;
  }
  /** What the event says of it that a policy left it out, if there is one. */
  protected skipped(_value: unknown): Said | undefined {
    return undefined;
  }
  /** It is done, one way or the other. */
  protected over(): void {
    // Only some have something to give back.
  }

  /** Begins. A rejection nobody awaits is silent: it is in the events. */
  start(): Promise<Result> {
    this.#around.adopt(this);
    this.#guarded(() => this.#admit());
    const outcome = this.#outcome;
    if (outcome && 'value' in outcome) return Promise.resolve(outcome.value);
    if (outcome) return refused(outcome.thrown as Error);
    const promise = new Promise<Result>((resolve, reject) => (this.#settle = { resolve, reject }));
    promise.catch(() => undefined);
    return promise;
  }

  moveTo(place: Place): void {
    this.#around = place;
    place.adopt(this);
  }

  abort(error: SluiceError): void {
    if (this.#outcome) return;
    const attempt = this.#attempt;
    attempt?.abortInside(error);
    // What was inside may have been the last that this one waited for.
    if (this.#outcome) return;
    if (attempt) this.#closeFailed(attempt, attempt.state === 'failing' ? this.#thrown : error, false);
    this.#reject(error);
    attempt?.stop(error);
    this.#asking?.abort(error);
  }

  #admit(): void {
    const { gate, host } = this.actions;
    const { refusal } = host.stopping;
    if (refusal) return this.#reject(refusal);
    const said = this.opening();
    if (!this.isGated || !gate.guards(this.types.opening)) return this.#open(said);
    const subject = { type: this.types.opening, data: said.data, node: this.path };
    this.#ask(subject, undefined, (decision, masked) => this.#admitted(decision, masked, said));
  }

  #admitted(decision: Decision, subject: Matter, said: Said): void {
    if (decision.signal === 'PROCEED') return this.#open(said);
    const skipped = decision.signal === 'SKIP' ? this.skipped(decision.value) : undefined;
    const cause = this.#around.opened;
    this.actions.decided(decision, subject, { cause, omitsValue: skipped !== undefined });
    if (skipped) this.#tell('node.skipped', skipped, cause);
    switch (decision.signal) {
      case 'RETRY':
        if (++this.#asks <= MOST_ASKS) return this.#wait(decision.delay);
        return this.#reject(
          retryLimit(this.actions.runId, this.title, `${MOST_ASKS} delays before it began`),
        );
      case 'SKIP':
      case 'FALLBACK':
        return this.#resolve(decision.value as Result);
      default:
        this.#reject(this.#veto(decision, subject));
    }
  }

  #open(said: Said): void {
    const { actions } = this;
    const attempt = new Attempt(this, this.number, error => this.#lose(error));
    this.#attempt = attempt;
    try {
      actions.begin(this.types.opening, said, {
        node: this.path,
        cause: this.#around.opened,
        receipt: attempt,
      });
    } catch (error) {
      this.#attempt = undefined;
      throw error;
    }
    // Whoever heard of it may have ended the run.
    if (attempt.state !== 'open') return;
    const { timeout } = this.#limits;
    if (timeout !== undefined)
      this.#cancelAlarm = actions.after(timeout, () => this.#tooLong(attempt, timeout));
    attempt.since = actions.monotonic();
    let result;
    try {
      result = this.#work(attempt);
    } catch (thrown) {
      return this.#failed(attempt, thrown);
    }
    if (!isPromise(result as Result | Promise<Result>)) return this.#succeeded(attempt, result as Result);
    (result as Promise<Result>).then(
      value => this.#guarded(() => this.#succeeded(attempt, value)),
      (thrown: unknown) => this.#guarded(() => this.#failed(attempt, thrown)),
    );
  }

  #succeeded(attempt: Attempt, value: Result): void {
    if (attempt.state !== 'open') return;
    const durationMs = this.actions.durationSince(attempt.since);
    attempt.state = 'succeeded';
    this.#attempt = undefined;
    attempt.moveInside(this.#around);
    this.#tell(this.types.completed, this.completion(value, durationMs), attempt.opened);
    this.#resolve(value);
  }

  #tooLong(attempt: Attempt, timeout: number): void {
    this.#cancelAlarm = undefined;
    const error = callTimeout(this.actions.runId, this.title, timeout);
    this.#guarded(() => this.#failed(attempt, error));
  }

  #failed(attempt: Attempt, thrown: unknown): void {
    if (attempt.state !== 'open') return;
    attempt.state = 'failing';
    this.#thrown = thrown;
    this.#clearAlarm();
    attempt.abortInside(stepEnded(this.actions.runId, this.title));
    attempt.stop(thrown);
    // Whoever heard of these may have ended the run, and this call with it.
    if (this.#outcome) return;
    if (!this.isGated || !this.actions.gate.guards(this.types.failed)) {
      this.#closeFailed(attempt, thrown, false);
      return this.#reject(thrown);
    }
    const { willRetry: _, ...failure } = this.failure(this.#errorData(thrown), false);
    const data = { ...this.opening().data, ...failure };
    this.#ask({ type: this.types.failed, data, node: this.path }, thrown, (decision, subject) =>
      this.#judged(attempt, decision, subject),
    );
  }

  #judged(attempt: Attempt, decision: Decision, subject: Matter): void {
    const thrown = this.#thrown;
    const mayRetry = !isVeto(thrown);
    const isLast = this.number >= this.#limits.attempts;
    const willRetry = decision.signal === 'RETRY' && mayRetry && !isLast;
    this.#closeFailed(attempt, thrown, willRetry);
    if (decision.signal === 'PROCEED') return this.#reject(thrown);
    this.actions.decided(decision, subject, { cause: attempt.opened });
    switch (decision.signal) {
      case 'RETRY':
        if (!mayRetry) return this.#reject(thrown);
        if (isLast) return this.#reject(this.#tooOften(thrown));
        this.number++;
        return this.#wait(decision.delay);
      case 'SKIP':
      case 'FALLBACK':
        return this.#resolve(decision.value as Result);
      case 'FAIL':
        return this.#reject(thrown);
      default:
        this.#reject(this.#veto(decision, subject, thrown));
    }
  }

  /** Asks the gate, and goes on with its decision unless the call is done by then. */
  #ask(raw: Matter, error: unknown, next: (decision: Decision, masked: Matter) => void): void {
    const { actions } = this;
    const asking = (this.#asking = new AbortController());
    const subject = actions.masked(raw);
    const context = actions.contextOf(raw, {
      ...{ wave: this.wave, attempt: this.number, signal: asking.signal, error },
    });
    const decision = actions.gate.ask(subject, context);
    const goOn = (decided: Decision): void => {
      this.#asking = undefined;
      if (!this.#outcome) next(decided, subject);
    };
    if (!isPromise(decision)) return goOn(decision);
    decision.then(
      late => this.#guarded(() => goOn(late)),
      (fault: unknown) => this.#guarded(() => this.#broken(fault)),
    );
  }

  #wait(delay: number): void {
    // Whoever heard of the decision may have ended the run.
    if (this.#outcome) return;
    const goOn = (): void => {
      this.#cancelAlarm = undefined;
      if (!this.#outcome) this.#guarded(() => this.#admit());
    };
    if (delay > 0) this.#cancelAlarm = this.actions.after(delay, goOn);
    else void Promise.resolve().then(goOn);
  }

  #closeFailed(attempt: Attempt, thrown: unknown, willRetry: boolean): void {
    const data = this.failure(this.#errorData(thrown), willRetry);
    attempt.state = 'failed';
    this.#attempt = undefined;
    this.#thrown = undefined;
    this.#tell(this.types.failed, { data, size: errorSize(data) }, attempt.opened);
  }

  #tell(type: string, said: Said, cause: number | undefined): void {
    this.actions.tell(type, said, { node: this.path, cause });
  }

  #resolve(value: Result): void {
    if (this.#outcome) return;
    this.#outcome = { value };
    this.#done();
    this.#settle?.resolve(value);
  }

  #reject(thrown: unknown): void {
    if (this.#outcome) return;
    this.#outcome = { thrown };
    this.#done();
    this.#settle?.reject(thrown);
  }

  #done(): void {
    this.#clearAlarm();
    this.#around.release(this);
    this.over();
  }

  /** The opening could not be stored, so that there is nothing to close. */
  #lose(error: unknown): void {
    if (this.#attempt) this.#attempt.state = 'failed';
    this.#attempt = undefined;
    this.#reject(error);
  }

  /** What goes wrong between the work and the events, or is refused, is the outcome of the call. */
  #guarded(part: () => void): void {
    try {
      part();
    } catch (error) {
      this.#broken(error);
    }
  }

  #broken(error: unknown): void {
    if (this.#outcome) return;
    if (this.#attempt) this.#closeFailed(this.#attempt, error, false);
    this.#reject(error);
  }

  #clearAlarm(): void {
    this.#cancelAlarm?.();
    this.#cancelAlarm = undefined;
  }

  #errorData(thrown: unknown): JsonObject {
    return errorData(thrown, this.actions.secrets);
  }

  #tooOften(thrown: unknown): SluiceError {
    return retryLimit(this.actions.runId, this.title, `${this.#limits.attempts} attempts`, thrown);
  }

  #veto(
    decision: Extract<Stopping, { readonly signal: 'FAIL' | 'ERROR' }>,
    subject: Matter,
    cause?: unknown,
  ): SluiceError {
    const { runId, secrets } = this.actions;
    const error = vetoError(decision, subject, { runId, secrets });
    if (cause !== undefined) error.cause = cause;
    return error;
  }
}
