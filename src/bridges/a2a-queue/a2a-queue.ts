import { systemClock, type Clock } from '../../time/clock.ts';
import type { Bridge } from '../bridge.ts';
import { checkPlace } from '../check-place.ts';
import { QUEUE_OPERATIONS, QueueRefusal } from './operations.ts';
import { queueRoutes } from './routes.ts';

/** How clients of the EventQueue are served. All optional. */
export interface A2aQueueOptions {
  /** Where its addresses begin. Default: at the root, where none of Sluice's own is in their way. */
  readonly at?: string | undefined;
  /** Where `connected` takes its time from; for tests. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/**
 * Answers clients of the A2A EventQueue: streams of workflows and ingestion jobs with integer offsets, cancel, and the
 * list of queues. Give it to a server as `bridges: [a2aQueue()]`. Throws `BAD_OPTION`.
 */
export function a2aQueue({ at = '', clock = systemClock }: A2aQueueOptions = {}): Bridge {
  return {
    ...{ name: 'a2a-queue', at: checkPlace('a2a-queue', at), routes: queueRoutes(clock) },
    ...{ operations: QUEUE_OPERATIONS, refusalSchema: QueueRefusal },
    refusal: ({ status, code, message }) => ({ status, body: { detail: message, code } }),
  };
}
