import { isStatement } from '../event/event-types.ts';
import type { Proposal } from '../event/proposal.ts';
import type { StepFactory } from '../operators/step.ts';

/** Asks whether a statement may be said. `undefined` admits it; a proposal replaces it. */
export type StatementJudge = (statement: Proposal) => Proposal | undefined;

/** Who judges statements of a type; `undefined` where nobody guards it, which costs one lookup. */
export type StatementGate = (type: string) => StatementJudge | undefined;

/** The gate of a run without policies: nobody guards anything. */
export const openGate: StatementGate = () => undefined;

/**
 * The gate's place in the pipe of a run. Statements are judged, synchronously; facts pass. Nothing waits here:
 * judgement that takes time happens at the call.
 */
export function gateStage(gate: StatementGate): StepFactory<Proposal, Proposal> {
  return sink => ({
    next(proposal) {
      const judge = gate(proposal.type);
      if (judge === undefined || proposal.fact || !isStatement(proposal.type)) sink.next(proposal);
      else sink.next(judge(proposal) ?? proposal);
    },
    complete: () => sink.complete(),
  });
}
