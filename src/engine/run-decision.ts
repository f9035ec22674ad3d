import { filter, map, type Observable } from 'rxjs';
import type { EventData, RunEvent } from '../event/run-event.ts';

/** A decision of a policy over a run, as it stands in the run's log. */
export type RunDecision = Readonly<EventData['control.decided']> & {
  readonly runId: string;
  readonly tenantId: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** Number and cursor of its event. */
  readonly seq: number;
  readonly id: string;
  readonly node?: string | undefined;
};

/** The decisions among events. Hot as they are; keeps nothing. */
export function decisionsOf(events: Observable<RunEvent>): Observable<RunDecision> {
  return events.pipe(
    filter(event => event.type === 'control.decided'),
    map(({ data, runId, tenantId, time, seq, id, node }) => ({
      ...data,
      ...{ runId, tenantId, time, seq, id },
      ...(node !== undefined && { node }),
    })),
  );
}
