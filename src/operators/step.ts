import { Observable, type OperatorFunction } from 'rxjs';
import { listenWhileOpen } from './listen-while-open.ts';

/** What a step writes to. */
export interface StepSink<Out> {
  next(value: Out): void;
  complete(): void;
}

/**
 * One stage of a pipe: each value becomes none, one or many. `complete` is the flush: what the step still holds
 * goes out before the end. A step has no timers.
 */
export interface Step<In> {
  next(value: In): void;
  complete(): void;
}

/** Makes a step for one subscription; all state of a stage is born here. */
export type StepFactory<In, Out> = (sink: StepSink<Out>) => Step<In>;

/**
 * The adapter that lets a step stand in a user's `pipe` as well as in the pipe of a run: the same function, the
 * same laws, two hosts. What the step holds when the source fails is dropped.
 *
 * @marbles a step that passes each value twice: source `-a--b|`, result `-(aa)--(bb)|`
 * @temperature cold: the factory is called once per subscriber
 * @timing synchronous
 * @ordering as the step writes
 * @completes when the step says so, at the latest after the source has completed and the step was flushed
 * @errors passes source errors at once, and what the step throws
 * @memory what the step holds
 */
export function stepOperator<In, Out>(factory: StepFactory<In, Out>): OperatorFunction<In, Out> {
  return source =>
    new Observable<Out>(subscriber => {
      listenWhileOpen(subscriber)(source, factory(subscriber));
    });
}
