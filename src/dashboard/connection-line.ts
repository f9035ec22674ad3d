import { byId, setText } from './element.ts';
import type { ListState } from './run-list.ts';
import { lengthOf, timeOfDay } from './words.ts';

const WORDS: Readonly<Record<ListState, string>> = {
  connecting: 'connecting…',
  live: 'live',
  lost: 'reconnecting…',
  refused: 'not connected',
};

/** A connection that is back at once is not worth the words; milliseconds. */
const PATIENCE = 1_500;

/** How the page is connected, and since when what it shows is old. */
export interface Connection {
  readonly state: ListState;
  /** Milliseconds since the epoch; absent where the list is up to date, or was never read. */
  readonly liveUntil: number | undefined;
  readonly problem: string;
  readonly now: number;
}

/** Says in the bar how the connection is, and below the list that it is stale. */
export function drawConnection({ state, liveUntil, problem, now }: Connection): void {
  const isOffline = state === 'lost' && !navigator.onLine;
  const line = byId('connection');
  line.dataset.state = state;
  line.title = problem;
  setText(line, isOffline ? 'offline' : WORDS[state]);
  const stale = byId('stale');
  const isStale = liveUntil !== undefined && now - liveUntil > PATIENCE;
  stale.hidden = !isStale;
  if (!isStale) return;
  const [what, since] = [byId('stale-what'), byId('stale-since')];
  const why = isOffline ? 'This machine is offline' : 'The server cannot be reached';
  setText(what, `${why}. The list is as it was at ${timeOfDay(new Date(liveUntil).toISOString())}.`);
  setText(since, `${lengthOf(Math.floor((now - liveUntil) / 1_000) * 1_000).replace('.0 s', ' s')} ago`);
}
