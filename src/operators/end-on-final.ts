import type { MonoTypeOperatorFunction } from 'rxjs';
import { type StepFactory, stepOperator } from './step.ts';

/**
 * Completes right after the first value with `final: true`, and lets nothing pass behind it.
 *
 * @marbles source `-a-b-F-c-`, result `-a-b-(F|)`
 * @temperature cold
 * @timing synchronous
 * @ordering kept
 * @completes in the frame of the final event, or with the source; then leaves the source
 * @errors passes source errors
 * @memory O(1) per subscriber
 */
export function endOnFinal<T extends object>(): MonoTypeOperatorFunction<T> {
  return stepOperator(endOnFinalStep<T>());
}

/** {@link endOnFinal} as a step. */
export function endOnFinalStep<T extends object>(): StepFactory<T, T> {
  return sink => {
    let ended = false;
    return {
      next: value => {
        if (ended) return;
        ended = (value as { readonly final?: unknown }).final === true;
        sink.next(value);
        if (ended) sink.complete();
      },
      complete: () => {
        if (!ended) sink.complete();
      },
    };
  };
}
