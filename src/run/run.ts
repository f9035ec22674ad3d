import type { JudgeHost } from '../control/statement-judge.ts';
import type { JsonObject } from '../event/json.ts';
import type { RunEvent, RunStatus } from '../event/run-event.ts';
import { beginWork } from './agent-work.ts';
import { Deadlines } from './deadlines.ts';
import { judgingOf } from './execution.ts';
import { FACT_SIZE, type FactOptions } from './fact.ts';
import { END_SIGNAL, isEnded, nextStatus, type EndType, type LifeSignal } from './lifecycle.ts';
import { OpenWork } from './open-work.ts';
import { RunPipe } from './pipe.ts';
import { Possession } from './possession.ts';
import { RunEnd } from './run-end.ts';
import type { Adoption, RunParts } from './run-parts.ts';
import { RunResult } from './run-result.ts';
import { timeIn } from './run-time.ts';
import { Stopping } from './stopping.ts';
import { Window } from './window.ts';

/**
 * One run as an actor, from its birth to its one end: proposals → pipe (redact, gate, record, commit) → window.
 * What can follow what stands in `lifecycle.ts`, how it is stopped in `stopping.ts`, who has it in `possession.ts`, how
 * it ends in `run-end.ts`.
 */
export class RunActor {
  readonly parts: RunParts;
  readonly window: Window;
  readonly pipe: RunPipe;
  readonly work: OpenWork;
  readonly stopping: Stopping;
  readonly deadlines: Deadlines;
  readonly end: RunEnd;
  readonly result = new RunResult();
  /** Only where a producer outside writes it: nobody in this process does its work. */
  readonly possession: Possession | undefined;
  #status: RunStatus = 'accepted';
  #startedAt = 0;

  constructor(parts: RunParts) {
    this.parts = parts;
    this.window = new Window(parts.settings.window);
    this.pipe = new RunPipe(this);
    this.work = new OpenWork(this);
    this.stopping = new Stopping(this);
    this.deadlines = new Deadlines(this);
    this.end = new RunEnd(this);
    this.possession = parts.outside && new Possession(this, parts.outside);
  }

  get status(): RunStatus {
    return this.#status;
  }

  /** The end is on its way or reached: nothing more is taken. */
  get isEnding(): boolean {
    return this.end.isDecided || isEnded(this.#status);
  }

  /** Milliseconds since it began. */
  get age(): number {
    return Math.max(0, this.parts.services.clock.now() - this.#startedAt);
  }

  /** The cursor of the newest event. */
  get cursor(): string {
    return this.window.newest?.id ?? `${this.parts.identity.epoch}.0.0`;
  }

  /** `work` is the agent, called on a fresh microtask. Without one, a writer outside ends the run. */
  begin(started: JsonObject, size: number, work?: () => unknown): void {
    this.move('begin');
    // The clock is most of what a deadline costs.
    this.#startedAt = this.deadlines.resume();
    this.tell('started', started, { size });
    if (work && !this.isEnding) beginWork(this.end, work);
  }

  /** Goes on with a run whose owner is gone, behind its newest event. `name` is unique among its owners. */
  takeOver(last: RunEvent, name: string, work: () => unknown): void {
    this.#goOnBehind(last, name, this.parts.services.clock.now());
    this.deadlines.resume();
    this.tell('status', { status: this.#status, phase: 'resumed' });
    beginWork(this.end, work);
  }

  /**
   * Goes on with a run of a producer outside that another process had: behind its newest event, or from its beginning.
   * Says nothing, since nothing has changed for anybody. `bornAt` is when it was created, in ms.
   */
  adopt(last: RunEvent | undefined, name: string, { bornAt, started }: Adoption): void {
    if (!last) return this.begin(started, FACT_SIZE);
    this.#goOnBehind(last, name, bornAt);
    this.deadlines.resume(this.age);
  }

  #goOnBehind(last: RunEvent, name: string, startedAt: number): void {
    this.#startedAt = startedAt;
    this.window.restore(last);
    this.pipe.startAfter(last, name);
    this.move('begin');
  }

  /** The run itself says something. */
  tell(
    type: string,
    data: JsonObject,
    { size = FACT_SIZE, source = 'runtime', ahead = false }: FactOptions = {},
  ): void {
    this.pipe.put({ type, data, at: timeIn(this.parts), size, source, fact: true }, ahead);
  }

  /** A person is asked, or nobody any longer. */
  wait(isWaiting: boolean): void {
    if (!this.move(isWaiting ? 'wait' : 'resume')) return;
    if (isWaiting) this.deadlines.pause();
    else this.deadlines.resume();
    this.tell('status', { status: this.#status });
  }

  /** What policies need; asked for once. */
  judging(): JudgeHost {
    return judgingOf(this);
  }

  /** An event is stored. */
  deliver(event: RunEvent): void {
    const { listener, services, settings } = this.parts;
    if (settings.idle !== Infinity) this.deadlines.active(services.clock.now());
    if (event.final) this.move(END_SIGNAL[event.type as EndType], event);
    this.window.next(event);
    listener.committed(event);
    if (event.final) this.end.reach();
  }

  /** Whether the run can hear the signal where it is; then the engine is told of the new status. */
  move(signal: LifeSignal, final?: RunEvent): boolean {
    if (!this.shift(signal)) return false;
    this.parts.listener.moved(this.#status, final);
    return true;
  }

  /** As {@link move}, where another process tells it, or nobody does. */
  shift(signal: LifeSignal): boolean {
    const next = nextStatus(this.#status, signal);
    if (next) this.#status = next;
    return next !== undefined;
  }
}
