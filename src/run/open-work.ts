import type { SluiceError } from '../errors/sluice-error.ts';
import { Actions, type ActionHost } from './actions/actions.ts';
import { refused, stepEnded } from './actions/failures.ts';
import { Asks, askNotFound, type AnswerOptions, type AskHost, type AskOptions } from './asks.ts';
import { runEnded } from './run-ended.ts';

/** What is open inside of a run: the calls of its agent, and its questions. Both are made when first needed: most runs have none. */
export class OpenWork {
  readonly #host: ActionHost & AskHost;
  #actions: Actions | undefined;
  #asks: Asks | undefined;

  constructor(host: ActionHost & AskHost) {
    this.#host = host;
  }

  /** The calls of its agent. */
  get actions(): Actions {
    return (this.#actions ??= new Actions(this.#host));
  }

  /** Whether the agent is inside of a step. */
  get hasSteps(): boolean {
    return this.#actions !== undefined && this.#actions.steps > 0;
  }

  ask<Value>(question: string, options: AskOptions<Value>): Promise<Value> {
    const { refusal } = this.#host.stopping;
    if (refusal) return refused(refusal);
    return (this.#asks ??= new Asks(this.#host)).ask(question, options);
  }

  /** Throws `ASK_NOT_FOUND` and `BAD_ANSWER`. */
  answer(askId: string, value: unknown, options?: AnswerOptions): void {
    if (!this.#asks) throw askNotFound(this.#host.parts.identity.runId, askId);
    this.#asks.answer(askId, value, options);
  }

  /** The run stops: nobody waits for anything any longer. */
  drop(error: SluiceError): void {
    this.#actions?.abortInside(error);
    this.#asks?.dropAll(error);
  }

  /** The end is on its way: the calls are closed before it, which nothing can follow. */
  closeCalls(): void {
    this.#actions?.abortInside(stepEnded(this.#host.parts.identity.runId, 'the run'));
  }

  /** The end is stored: nobody is asked any longer. */
  dropAsks(): void {
    this.#asks?.dropAll(runEnded(this.#host.parts.identity.runId));
  }
}
