import type { EventFilter } from '../event/filter.ts';
import type { Proposal } from '../event/proposal.ts';
import type { StepFactory } from '../operators/step.ts';

/** What a run keeps at all: types that its `record` option leaves out end here, before they are numbered. */
export function recordStage(record: EventFilter): StepFactory<Proposal, Proposal> {
  // A run that keeps everything, as most do, is spared the stage's memory.
  if (record.passesAll) return sink => sink;
  return sink => ({
    next(proposal) {
      if (record.passes(proposal.type)) sink.next(proposal);
      else proposal.receipt?.settle({ outcome: 'skipped' });
    },
    complete: () => sink.complete(),
  });
}
