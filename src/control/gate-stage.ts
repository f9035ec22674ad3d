import { isStatement } from '../event/event-types.ts';
import type { Proposal } from '../event/proposal.ts';
import type { Step, StepSink } from '../operators/step.ts';
import type { Matter } from './execution-context.ts';
import type { Gate } from './gate.ts';
import { type JudgeHost, StatementJudge } from './statement-judge.ts';

/** The run that a gate's stage stands in. */
export interface StageHost {
  /** What its judge needs; asked for when a policy is concerned for the first time. */
  judging(): JudgeHost;
}

/**
 * The gate's place in the pipe of a run. Statements are judged, synchronously; facts pass; the policies that listen hear
 * both. Nothing waits here: judgement that takes time happens at the call. A type that concerns no policy costs one
 * lookup.
 */
export class GateStage implements Step<Proposal> {
  readonly #gate: Gate;
  readonly #host: StageHost;
  readonly #sink: StepSink<Proposal>;
  #judge: StatementJudge | undefined;
  #hasEnded = false;

  constructor(gate: Gate, host: StageHost, sink: StepSink<Proposal>) {
    this.#gate = gate;
    this.#host = host;
    this.#sink = sink;
  }

  next(proposal: Proposal): void {
    if (proposal.final) this.#hasEnded = true;
    const judge = this.#judgeOf(proposal.type);
    if (judge === undefined) return this.#sink.next(proposal);
    if (proposal.fact || !isStatement(proposal.type)) judge.pass(proposal);
    else judge.judge(proposal);
  }

  complete(): void {
    if (this.#judge) this.#judge.complete();
    else this.#sink.complete();
  }

  /** Lets policies hear of an end that goes past the stages, so that what they keep for the run can go. */
  hearEnd(end: Matter): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#judgeOf(end.type)?.hear(end);
  }

  #judgeOf(type: string): StatementJudge | undefined {
    if (this.#judge) return this.#judge;
    if (!this.#gate.concerns(type)) return undefined;
    return (this.#judge = new StatementJudge(this.#gate, this.#host.judging(), this.#sink));
  }
}
