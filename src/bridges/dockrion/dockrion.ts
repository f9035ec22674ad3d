import { systemClock, type Clock } from '../../time/clock.ts';
import type { Bridge } from '../bridge.ts';
import { checkPlace } from '../check-place.ts';
import { dockrionFrames } from './dockrion-frames.ts';
import { fromEventsFilter, type EventsAllowed } from './events-filter.ts';
import { DOCKRION_OPERATIONS, DockrionRefusal } from './operations.ts';
import { refusal } from './refusal.ts';
import { dockrionRoutes } from './routes.ts';

/** How clients of Dockrion are served. All optional. */
export interface DockrionOptions {
  /**
   * Where its addresses begin. At the root (`''`) they take the place of Sluice's own `/invoke` and `/runs`, so that
   * the page and Sluice's clients do not find those any longer. Default: `/dockrion`.
   */
  readonly at?: string | undefined;
  /** The agent that is served. Default: what `?agent=` says, or the only one there is. */
  readonly agent?: string | undefined;
  /**
   * Which events there are, as `streaming.events.allowed` of a Dockfile says it: what is recorded of runs that are
   * started here, and what is shown of all others. Default: everything.
   */
  readonly events?: EventsAllowed | undefined;
  /** Where heartbeats take their time from; for tests. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/**
 * Answers clients of Dockrion's runtime: both streaming patterns, runs, their status and their end. Give it to a
 * server as `bridges: [dockrion()]`. Throws `BAD_OPTION`, `BAD_FILTER`.
 */
export function dockrion({ at = '/dockrion', agent, events, clock }: DockrionOptions = {}): Bridge {
  const choice = fromEventsFilter(events);
  const frames = dockrionFrames(clock ?? systemClock, choice);
  return {
    ...{ name: 'dockrion', at: checkPlace('dockrion', at), refusal },
    routes: dockrionRoutes({ agent, choice, frames }),
    ...{ operations: DOCKRION_OPERATIONS, refusalSchema: DockrionRefusal },
  };
}
