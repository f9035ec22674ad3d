import { useMemo, useSyncExternalStore } from 'react';
import type { SluiceError } from '../../errors/sluice-error.ts';
import type {
  EventData,
  AnyCustom,
  CustomEvent,
  CustomEvents,
  RunEvent,
  RunStatus,
} from '../../event/run-event.ts';
import type { RunState } from '../../event/run-state.ts';
import type { Client } from '../create-client.ts';
import type { LiveStatus } from './live-store.ts';
import { runHandle } from './run-handle.ts';
import { useServer } from './sluice-provider.ts';

/** What to read of a run, and from where. */
export interface UseRunOptions {
  /** Default: that of the `SluiceProvider` around, or the server that the page came from. */
  readonly client?: Client | undefined;
  /**
   * The state to begin with, as `client.state()` gave it while the page was made on a server. Reading goes on from its
   * cursor. Looked at when a run is first shown.
   */
  readonly initial?: RunState | undefined;
  /** How many of the newest events to keep. 0 to 10,000. Default: 0, the state alone. */
  readonly events?: number | undefined;
  /** Whether to throw the error that closes the connection while rendering, for an error boundary. Default: no. */
  readonly throwErrors?: boolean | undefined;
}

/** What a run adds up to; `Custom` are its custom events. */
export type RunStateOf<Custom extends CustomEvents> = Omit<RunState, 'customs'> & {
  readonly customs: readonly CustomEvent<Custom>[];
};

/** A run as a component sees it. */
export interface LiveRun<Custom extends CustomEvents = AnyCustom> extends LiveStatus {
  /** What it adds up to by now. Parts that did not change are the same objects. */
  readonly state: RunStateOf<Custom>;
  readonly status: RunStatus;
  /** Questions that wait for an answer. */
  readonly asks: readonly EventData['ask'][];
  /** The newest events, if they were asked for. */
  readonly events: readonly RunEvent<Custom>[];
  /** Asks the run to stop. Resolves with what went wrong, `undefined` if nothing did; never rejects. */
  readonly cancel: (reason?: string) => Promise<SluiceError | undefined>;
  /** Answers a question. Resolves with what went wrong, such as `BAD_ANSWER`, `undefined` if nothing did; never rejects. */
  readonly answer: (askId: string, value: unknown, by?: string) => Promise<SluiceError | undefined>;
  /** Reads again, at once, from where it was: for a button beside an error. */
  readonly retry: () => void;
}

/**
 * One run, live: what it adds up to, drawn anew at most once a frame. `run` is its id, or its address such as
 * `/api/runs/abc`; `undefined` as long as there is none. Begins with the state that the server has added up and goes on
 * from there, over lost connections too. All components that show the same run of the same client share one connection,
 * which is closed when the last one is gone.
 *
 * Failures are values: `error`, and what `cancel` and `answer` resolve with. Throws `BAD_OPTION` for options out of
 * their range, and `error` if `throwErrors` says so. Memory: the state, and twice the `events`.
 *
 * `Custom` are the custom events of the server: `useRun<CustomOf<typeof events>>(id)`.
 */
export function useRun<Custom extends CustomEvents = AnyCustom>(
  run: string | URL | undefined,
  { client, initial, events = 0, throwErrors = false }: UseRunOptions = {},
): LiveRun<Custom> {
  const server = useServer(client);
  const address = run === undefined ? undefined : String(run);
  // `initial` is an object of its own in each rendering; the first one of a run counts.
  const handle = useMemo(() => runHandle(address, { server, initial, events }), [address, server, events]);
  const snapshot = useSyncExternalStore(handle.subscribe, handle.snapshot, handle.first);
  const { error, connection } = snapshot;
  if (throwErrors && connection === 'closed' && error) throw error;
  return useMemo(() => {
    const { state, isStale } = snapshot;
    return {
      ...snapshot,
      ...handle.actions,
      state: state as unknown as RunStateOf<Custom>,
      status: state.status,
      asks: state.asks,
      isStale: isStale || state.degradedSince !== undefined,
      events: handle.newest(snapshot.events) as readonly RunEvent<Custom>[],
    };
  }, [snapshot, handle]);
}
