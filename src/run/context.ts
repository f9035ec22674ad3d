import type { CustomEvents, AnyCustom } from '../event/run-event.ts';
import type { JsonObject } from '../event/json.ts';
import type { Outcome, Proposal } from '../event/proposal.ts';
import type { AskOptions } from './asks.ts';
import { Emitter, type EmitterRules } from './emitter.ts';
import type { RunActor } from './run.ts';

/** What the code of an agent sees of its run. */
export class RunContext<Input = unknown, Custom extends CustomEvents = AnyCustom> extends Emitter<Custom> {
  readonly #run: RunActor;
  /** As the caller of `start` gave it, and the agent's schema made it. */
  readonly input: Input;

  constructor(run: RunActor, input: Input, rules: EmitterRules) {
    super(rules);
    this.#run = run;
    this.input = input;
  }

  get runId(): string {
    return this.#run.parts.identity.runId;
  }

  get tenantId(): string {
    return this.#run.parts.identity.tenantId;
  }

  /** The conversation this run belongs to. */
  get threadId(): string | undefined {
    return this.#run.parts.identity.threadId;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#run.parts.identity.labels;
  }

  get metadata(): JsonObject | undefined {
    return this.#run.parts.identity.metadata;
  }

  /** Fires when the run is to stop: cancelled, too long, too silent. Pass it to whatever takes one. */
  get signal(): AbortSignal {
    return this.#run.signal;
  }

  /** Resolves when everything said so far is stored. What redaction holds back does not count. */
  drained(): Promise<void> {
    return this.#run.pipe.drained();
  }

  /**
   * Asks a person, and waits. The run's status is `waiting` meanwhile and its `maxDuration` stands still. Rejects
   * with `ASK_TIMEOUT` if nobody answers in time and there is no default, with `RUN_CANCELLED` if the run stops.
   */
  ask<Value = unknown>(question: string, options: AskOptions<Value> = {}): Promise<Value> {
    return this.#run.ask(question, options);
  }

  protected override propose(proposal: Proposal): void {
    this.#run.pipe.put(proposal);
  }

  protected override proposeAndWait(proposal: Proposal): Promise<Outcome> {
    return awaited(proposal, told => this.#run.pipe.put(told));
  }
}

/** Hands a proposal over with a receipt, and tells what became of it. A rejection nobody awaits is silent. */
export function awaited(proposal: Proposal, propose: (proposal: Proposal) => void): Promise<Outcome> {
  let receipt!: NonNullable<Proposal['receipt']>;
  const outcome = new Promise<Outcome>((settle, fail) => (receipt = { settle, fail }));
  outcome.catch(() => undefined);
  propose({ ...proposal, receipt });
  return outcome;
}
