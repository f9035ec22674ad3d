import type { OperatorFunction } from 'rxjs';
import { isNotice } from '../event/notice.ts';
import { stepOperator } from './step.ts';

/** An item that is a notice or a heartbeat. */
interface Aside {
  readonly notice: string;
}

/**
 * Keeps events and drops what is told to this reader alone: notices and heartbeats. Who needs to know about gaps
 * handles notices instead.
 *
 * @marbles source `-a-n-b|` (n a notice), result `-a---b|`
 * @temperature cold
 * @timing synchronous
 * @ordering kept
 * @completes with the source
 * @errors passes source errors
 * @memory O(1) per subscriber
 */
export function onlyEvents<T extends object>(): OperatorFunction<T, Exclude<T, Aside>> {
  return stepOperator(sink => ({
    next: value => {
      if (!isNotice(value)) sink.next(value as Exclude<T, Aside>);
    },
    complete: () => sink.complete(),
  }));
}
