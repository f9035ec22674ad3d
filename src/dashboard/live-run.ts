import {
  emptyRun,
  isNotice,
  isSluiceError,
  type ConnectionState,
  type Notice,
  type RunEvent,
  type RunState,
} from '../client/index.ts';
import { systemClock } from '../time/clock.ts';
import { pageBefore, seqOf } from './event-pages.ts';
import { readingMeter } from './reading-meter.ts';
import type { RunList } from './run-list.ts';
import { PATIENCE, problemOf, server } from './server.ts';
import { session } from './session.ts';
import { isChannel } from './terminal.ts';
import { whileVisible } from './while-visible.ts';

/** Events that are shown of a run that was joined, and of one with a terminal, whose lines they are. */
const RECENT = 200;
const RECENT_LINES = 2_000;

/** Who is told of a run. */
export interface LiveObserver {
  /** What it adds up to by now: first of all, once. */
  readonly joined: (state: RunState) => void;
  /** The newest events that the state is made of; once, before the first {@link next}. */
  readonly recalled: (items: readonly (RunEvent | Notice)[]) => void;
  /** What came since. A promise is waited for. */
  readonly next: (item: RunEvent | Notice) => Promise<void> | undefined;
  readonly connection: (status: ConnectionState['status']) => void;
  /** Nothing more comes, for this reason. */
  readonly failed: (problem: string) => void;
}

/**
 * Joins a run where it is: one request for what it adds up to, one for its newest events, then the stream from there
 * on, over lost connections and while somebody looks. Returns what ends it.
 */
export function liveRun(runId: string, list: RunList, observer: LiveObserver): () => void {
  let isClosed = false;
  let stop = (): void => undefined;
  /** Asks the list rather than the server, which would answer 404 to a run that is gone, and browsers log that. */
  const fetchIfThere: typeof fetch = async (input, init) => {
    // It waits for the list then, and nothing has failed yet that would tell.
    if (list.state === 'lost') observer.connection('waiting');
    const presence = await list.presenceOf(runId);
    return presence === 'gone' ? new Response(null, { status: 404 }) : session.fetch(input, init);
  };
  const fail = (error: unknown): void => {
    if (isClosed) return;
    const { status } = (isSluiceError(error) && error.details) || {};
    if (status === 404) void observer.next({ notice: 'reset', runId, reason: 'gone' });
    else observer.failed(problemOf(error));
  };
  const read = (after: string): void => {
    const connection = server.events(runId, {
      ...PATIENCE,
      ...{ after, fetch: fetchIfThere, onState: ({ status }) => observer.connection(status) },
    });
    const next = (item: RunEvent | Notice): Promise<void> | undefined => {
      readingMeter.take(item, systemClock.now());
      return observer.next(item);
    };
    stop = whileVisible(connection, { next, error: fail });
  };
  const join = async (): Promise<void> => {
    const state = await stateOf(runId, list);
    if (isClosed) return;
    observer.joined(state);
    const seq = seqOf(state.cursor);
    if (seq > 0) {
      const limit = state.messages.some(({ id }) => isChannel(id)) ? RECENT_LINES : RECENT;
      const page = await pageBefore(runId, 'now', limit).catch(() => undefined);
      if (isClosed) return;
      // Those that came since are in the stream.
      if (page) observer.recalled(page.items.filter(item => isNotice(item) || item.seq <= seq));
    }
    if (state.end === undefined && !state.isGone) read(state.cursor ?? 'start');
  };
  join().catch(fail);
  return () => {
    isClosed = true;
    stop();
  };
}

/** Of a server that does not answer just now nothing is known: the stream, which tries again, then tells it all. */
async function stateOf(runId: string, list: RunList): Promise<RunState> {
  if ((await list.presenceOf(runId)) === 'gone') return { ...emptyRun, runId, isGone: true };
  return server.state(runId).catch((error: unknown) => {
    if (isSluiceError(error, 'CONNECTION_LOST')) return emptyRun;
    throw error;
  });
}
