import type { Observable } from 'rxjs';
import type { RunItem } from '../run/window.ts';
import type { ReadOptions, RunEvents } from './run-events.ts';

/** {@link RunEvents}, and callable itself: `engine.events(runId, { after, filter })`. */
export type EngineEvents = ((runId: string, options?: ReadOptions) => Observable<RunItem>) &
  Pick<RunEvents, 'search' | 'searchEntries' | 'get' | 'latest' | 'latestOf' | 'tip' | 'read'>;

/** Gives the most common call the shortest name. */
export function callableEvents(events: RunEvents): EngineEvents {
  return Object.assign((runId: string, options?: ReadOptions) => events.observe(runId, options), {
    search: events.search.bind(events),
    searchEntries: events.searchEntries.bind(events),
    get: events.get.bind(events),
    latest: events.latest.bind(events),
    latestOf: events.latestOf.bind(events),
    tip: events.tip.bind(events),
    read: events.read.bind(events),
  });
}
