import { SluiceError } from '../errors/sluice-error.ts';
import type { Proposal } from '../event/proposal.ts';
import type { RunEvent } from '../event/run-event.ts';
import type { Departure } from './departure.ts';
import { completed, failed, said, stopped, type Ending, type EndingRules } from './ending.ts';
import { FACT_SIZE } from './fact.ts';
import type { EndType } from './lifecycle.ts';
import { closeLost } from './lost-run.ts';
import type { RunPipe } from './pipe.ts';
import type { RunParts } from './run-parts.ts';
import type { RunResult } from './run-result.ts';
import { endTimeIn, lengthOf } from './run-time.ts';
import type { Stop } from './stop.ts';
import type { Window } from './window.ts';

/** What ending a run takes of it. */
export interface EndHost {
  readonly parts: RunParts;
  readonly window: Window;
  readonly pipe: RunPipe;
  readonly result: RunResult;
  readonly age: number;
  readonly deadlines: { stop(): void };
  readonly stopping: {
    readonly stop: Stop | undefined;
    readonly departure: Departure | undefined;
    abort(reason: SluiceError): void;
    settle(): void;
  };
  readonly work: { closeCalls(): void; dropAsks(): void; drop(error: SluiceError): void };
  /** Only where a producer outside writes the run. */
  readonly possession: { readonly canRegain: boolean; letGo(): void } | undefined;
  move(signal: 'fail'): void;
  /** As `move`, where the engine is not told. */
  shift(signal: 'fail'): void;
}

/**
 * The one end of a run, whoever brings it: decided once, worded when the pipe takes it, told to its callers when it is
 * stored. What each end says stands in `ending.ts`.
 */
export class RunEnd {
  readonly #host: EndHost;
  #ending: Ending | undefined;

  constructor(host: EndHost) {
    this.#host = host;
  }

  /** It is on its way: nothing more is taken. */
  get isDecided(): boolean {
    return this.#ending !== undefined;
  }

  /** The agent did not return within its grace. */
  get wasForced(): boolean {
    return this.#ending?.isForced ?? false;
  }

  complete(output: unknown): void {
    this.#decide(completed(this.#rules, output, lengthOf(this.#host)));
  }

  fail(thrown: unknown): void {
    this.#decide(failed(this.#rules, thrown));
  }

  /** The grace after a stop is over. */
  force(stop: Stop): void {
    this.#decide(stopped(this.#rules, stop, true));
  }

  /** Ends the run with what a producer outside said, which was checked to be an end. */
  endAs(proposal: Proposal): void {
    const { data, size } = proposal;
    this.#decide(said(this.#rules, { type: proposal.type as EndType, data, size }), proposal);
  }

  #decide(ending: Ending, proposed?: Proposal): void {
    if (this.#ending) return proposed?.receipt?.settle({ outcome: 'ended' });
    const { stopping, work, pipe } = this.#host;
    if (stopping.departure) return stopping.departure.seal();
    this.#ending = ending;
    work.closeCalls();
    const { type, data } = ending;
    const size = ending.size + FACT_SIZE;
    pipe.put({ source: 'runtime', at: 0, ...proposed, type, data, size, fact: true, final: true });
  }

  /** The end as it is when the pipe takes it: a stop that came until now wins. */
  say(proposed: Proposal): Proposal {
    const { stop } = this.#host.stopping;
    if (stop && !this.#ending!.isForced) this.#ending = stopped(this.#rules, stop, false);
    return this.#final(proposed, this.#ending!);
  }

  /** Goes past redaction, so it tells nothing of what was thrown. */
  sayBroken(proposed: Proposal, cause: unknown): Proposal {
    const fault = new SluiceError('INTERNAL', 'the end of the run could not be written.', { cause });
    this.#ending = failed(this.#rules, fault);
    return this.#final(proposed, this.#ending);
  }

  #final(proposed: Proposal, { type, data, size }: Ending): Proposal {
    return { ...proposed, type, data, size: size + FACT_SIZE, at: endTimeIn(this.#host.parts, proposed.at) };
  }

  /** Another process said it. */
  wasSaid({ type, data }: RunEvent): void {
    this.#ending = said(this.#rules, { type: type as EndType, data, size: 0 });
  }

  /** It is stored. */
  reach(): void {
    const { deadlines, stopping, work, result, window } = this.#host;
    deadlines.stop();
    stopping.settle();
    work.dropAsks();
    result.settle(this.#ending!.outcome);
    window.complete();
  }

  /** The log takes nothing any more: readers here are told ({@link closeLost}), and the agent by its signal. */
  lose(error: SluiceError): void {
    const { possession, deadlines, stopping, pipe, work } = this.#host;
    if (possession?.canRegain) {
      possession.letGo();
      this.#host.shift('fail');
    } else this.#host.move('fail');
    stopping.abort(error);
    this.#ending ??= { ...failed(this.#rules, error), outcome: { ok: false, error } };
    deadlines.stop();
    stopping.settle();
    pipe.endUnsaid({ type: this.#ending.type, data: this.#ending.data });
    work.drop(error);
    this.closeWithout(error);
  }

  /** No end comes here: whoever waits for one is told why, on the error channel. */
  closeWithout(error: SluiceError): void {
    const { result, window, parts } = this.#host;
    result.settle({ ok: false, error });
    closeLost(window, parts.identity.runId, error);
  }

  get #rules(): EndingRules {
    const { identity, services, settings } = this.#host.parts;
    return { runId: identity.runId, eventBytes: settings.eventBytes, secrets: services.secrets };
  }
}
