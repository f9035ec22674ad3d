import type { OperatorFunction } from 'rxjs';
import type { Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { stepOperator } from '../../operators/step.ts';
import type { AgUiEvent } from './ag-ui-event.ts';
import { AgUiMapper } from './ag-ui-mapper.ts';
import type { AgUiRunOptions } from './ag-ui-stream.ts';

/**
 * A run in the words of AG-UI 1.0; see {@link AgUiMapper}. An item becomes none, one or several events, whose
 * `metadata.sluice.cursor` tells where to go on. A question ends the run with the outcome `interrupt`, and what follows it
 * begins another.
 *
 * @marbles source `-s-t-t-c|` (s started, t token, c complete), result `-s-(ot)-t-(ef)|` (o opens, e ends the text, f finishes)
 * @temperature cold: what is open is known per subscriber
 * @timing synchronous
 * @ordering kept
 * @completes with the source; a source that ends before its run leaves open what is open
 * @errors passes source errors
 * @memory an opener for each thing that is open, 1,000 at the most
 */
export function toAgUi(options: AgUiRunOptions = {}): OperatorFunction<RunEvent | Notice, AgUiEvent> {
  return stepOperator(sink => {
    const mapper = new AgUiMapper(options);
    return {
      next: item => {
        for (const event of mapper.next(item)) sink.next(event);
      },
      complete: () => sink.complete(),
    };
  });
}
