import type { Outcome, Proposal } from '../event/proposal.ts';
import type { AnyCustom, CustomEvents, RunStatus } from '../event/run-event.ts';
import type { Appended, AppendEvent, AppendOptions } from './appender.ts';
import { awaited } from './context.ts';
import { Emitter, type EmitterRules } from './emitter.ts';
import type { Run } from './run-handle.ts';
import { cancelled } from './stop.ts';
import { runEnded } from './run-ended.ts';
import type { RunActor } from './run.ts';

/** Appends to the one run that it was made for. */
export type AppendTo = (events: readonly AppendEvent[], options?: AppendOptions) => Promise<Appended>;

/**
 * Writes a run that has no actor: somebody else does the work and says so here. Its silence is limited by `idle`.
 * After the end everything is refused with `RUN_ENDED`.
 */
export class RunWriter<Custom extends CustomEvents = AnyCustom> extends Emitter<Custom> {
  readonly #actor: RunActor;
  readonly #append: AppendTo;
  /** The run as everybody sees it. */
  readonly run: Run<unknown, Custom>;

  constructor(actor: RunActor, run: Run<unknown, Custom>, rules: EmitterRules, append: AppendTo) {
    super(rules);
    this.#actor = actor;
    this.#append = append;
    this.run = run;
  }

  get id(): string {
    return this.run.id;
  }

  /** Somebody asked the run to stop; what the writer ends it with is recorded as `cancelled`. */
  get cancelRequested(): boolean {
    return this.#actor.stopping.stop !== undefined;
  }

  /** Fires when somebody asks the run to stop. */
  get signal(): AbortSignal {
    return this.#actor.stopping.signal;
  }

  /**
   * Writes a batch of at most 1,000 events in its order, its last one may be an end; an empty one is a sign of life.
   * Resolves when it is stored, and counts what was accepted. An event with a `key` that this run has seen (of its
   * newest 10,000) is not written again, and a repeated batch is answered like the first time, for five minutes after
   * the end, too (the newest 1,000 keys).
   *
   * Text at the end of the batch that may still become part of a secret is not accepted, nor what stands behind it: send
   * that again in front of the next batch, or say with `flush` that nothing follows. A final event says so, too.
   *
   * The whole batch is checked before anything is written: rejects with `BAD_EVENT`, `RESERVED_TYPE` and
   * `EVENT_TOO_LARGE` with the `index` of the event in `details`, with `BAD_OPTION` for too many events,
   * `MAILBOX_FULL`, `RUN_ENDED`, and with `STORAGE_LOST`.
   */
  append(events: readonly AppendEvent[], options?: AppendOptions): Promise<Appended> {
    this.#actor.possession!.isWrittenHere = true;
    return this.#append(events, options);
  }

  /** Ends the run well. Resolves when the end is stored. */
  complete(output?: unknown): Promise<void> {
    return this.#end(() => this.#actor.end.complete(output));
  }

  /** Ends the run as failed; `error` is anything that was thrown. Resolves when the end is stored. */
  fail(error: unknown): Promise<void> {
    return this.#end(() => this.#actor.end.fail(error));
  }

  /** Ends the run as cancelled. Resolves when the end is stored. */
  cancel(reason?: string): Promise<void> {
    return this.#end(() => {
      this.#actor.stopping.request(cancelled(reason));
      this.#actor.end.complete(undefined);
    });
  }

  /** Resolves when everything written so far is stored. */
  drained(): Promise<void> {
    return this.#actor.pipe.drained();
  }

  protected override get status(): RunStatus {
    return this.#actor.status;
  }

  protected override propose(proposal: Proposal): void {
    this.#check();
    this.#actor.pipe.put(proposal);
  }

  protected override proposeAndWait(proposal: Proposal): Promise<Outcome> {
    return awaited(proposal, told => this.propose(told));
  }

  async #end(end: () => void): Promise<void> {
    this.#check();
    end();
    await this.#actor.pipe.drained();
    const { outcome } = this.#actor.result;
    if (outcome && !outcome.ok && outcome.error.code === 'STORAGE_LOST') throw outcome.error;
  }

  #check(): void {
    this.#actor.possession!.isWrittenHere = true;
    if (this.#actor.isEnding) throw runEnded(this.id);
  }
}
