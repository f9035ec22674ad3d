import { useMemo, useSyncExternalStore } from 'react';
import type { Client } from '../create-client.ts';
import type { RunListQuery } from '../run-list.ts';
import type { LiveStatus } from './live-store.ts';
import { RunListSource, type RunListContent } from './run-list-source.ts';
import { clientOf, type Server } from './run-target.ts';
import { useServer } from './sluice-provider.ts';
import { StoreShelf } from './store-shelf.ts';

/** Which runs to list; `limit` is the length of one page. */
export type RunsQuery = Omit<RunListQuery, 'page'>;

/** Where to read from. */
export interface UseRunsOptions {
  /** Default: that of the `SluiceProvider` around, or the server that the page came from. */
  readonly client?: Client | undefined;
  /** Whether to throw the error that closes the connection while rendering, for an error boundary. Default: no. */
  readonly throwErrors?: boolean | undefined;
}

/** A list of runs as a component sees it. */
export interface LiveRuns extends RunListContent, LiveStatus {
  /** Shows one page more, live like the others, up to 1,000 runs. */
  readonly loadMore: () => void;
  /** Reads again, at once: for a button beside an error. */
  readonly retry: () => void;
}

const shelf = new StoreShelf<RunListContent, RunListSource>();
const FIRST = {
  runs: [],
  hasMore: false,
  isLoading: true,
  connection: 'connecting',
  error: undefined,
  isStale: false,
} as const;

/**
 * The newest runs that match `query`, live, drawn anew at most once a frame. The query may be a new object in each
 * rendering. Components with the same query and client share one connection, and its pages. Failures are values:
 * `error`; thrown if `throwErrors` says so. Memory: the runs that are shown.
 */
export function useRuns(
  query: RunsQuery = {},
  { client, throwErrors = false }: UseRunsOptions = {},
): LiveRuns {
  const server = useServer(client);
  const key = keyOf(query);
  const handle = useMemo(() => listHandle(server, key), [server, key]);
  const snapshot = useSyncExternalStore(handle.subscribe, handle.snapshot, first);
  if (throwErrors && snapshot.connection === 'closed' && snapshot.error) throw snapshot.error;
  return useMemo(() => ({ ...snapshot, ...handle.actions }), [snapshot, handle]);
}

function listHandle(server: Server, key: string) {
  const find = () => shelf.find(server, key);
  const make = () => new RunListSource(() => clientOf({ server, runId: '' }), JSON.parse(key) as RunsQuery);
  return {
    subscribe: (tell: () => void) => shelf.take(server, key, make).subscribe(tell),
    snapshot: () => find()?.snapshot ?? FIRST,
    actions: {
      loadMore: () => {
        const store = find();
        if (store?.source.widen()) store.restart();
      },
      retry: () => find()?.restart(),
    },
  };
}

function first() {
  return FIRST;
}

/** Equal queries have equal keys, in whatever order they were written. */
function keyOf({ labels, ...query }: RunsQuery): string {
  const sorted = (from: object) =>
    Object.fromEntries(Object.entries(from).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(sorted({ ...query, ...(labels && { labels: sorted(labels) }) }));
}
