import type { MonoTypeOperatorFunction } from 'rxjs';
import { type EventFilter, type FilterSpec, parseFilter } from '../event/filter.ts';
import { type StepFactory, stepOperator } from './step.ts';

/**
 * Keeps the events whose type the filter names: a preset, types, or topics such as `node.*`. Lifecycle, people
 * and control events always pass, and so does everything that has no `type`, such as notices and heartbeats.
 *
 * @marbles `onlyTypes('token')`: source `-t-p-t-c|` (t token, p progress, c complete), result `-t---t-c|`
 * @temperature cold
 * @timing synchronous
 * @ordering kept
 * @completes with the source
 * @errors passes source errors; throws `BAD_FILTER` at call time
 * @memory O(1) per subscriber
 */
export function onlyTypes<T extends object>(spec: FilterSpec): MonoTypeOperatorFunction<T> {
  return stepOperator(onlyTypesStep<T>(parseFilter(spec)));
}

/** {@link onlyTypes} as a step, for a filter that was parsed already. */
export function onlyTypesStep<T extends object>(filter: EventFilter): StepFactory<T, T> {
  return sink => ({
    next: value => {
      const { type } = value as { readonly type?: unknown };
      if (typeof type !== 'string' || filter.passes(type)) sink.next(value);
    },
    complete: () => sink.complete(),
  });
}
