import type { SluiceError } from '../../errors/sluice-error.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { emptyRun, type RunState } from '../../event/run-state.ts';
import type { Client } from '../create-client.ts';
import { amount } from '../options.ts';
import { known, type LiveStatus } from './live-store.ts';
import { RunSource, type RunContent } from './run-source.ts';
import { clientOf, targetOf, type Server } from './run-target.ts';
import { StoreShelf } from './store-shelf.ts';

type RunSnapshot = RunContent & LiveStatus;

/** What a component holds of a run; its members are the same functions as long as it is the same run. */
export interface RunHandle {
  readonly subscribe: (tell: () => void) => () => void;
  readonly snapshot: () => RunSnapshot;
  /** Before anything was read. */
  readonly first: () => RunSnapshot;
  readonly newest: (events: readonly RunEvent[]) => readonly RunEvent[];
  readonly actions: {
    readonly cancel: (reason?: string) => Promise<SluiceError | undefined>;
    readonly answer: (askId: string, value: unknown, by?: string) => Promise<SluiceError | undefined>;
    readonly retry: () => void;
  };
}

const MOST_EVENTS = 10_000;
const NO_EVENTS: readonly RunEvent[] = [];

const shelf = new StoreShelf<RunContent, RunSource>();

/** Asks for nothing before somebody subscribes. Throws `BAD_OPTION`. */
export function runHandle(
  run: string | undefined,
  { server, initial, events }: { server: Server; initial: RunState | undefined; events: number },
): RunHandle {
  amount('events', events, [0, MOST_EVENTS], 'events');
  const target = run === undefined ? undefined : targetOf(run, server);
  const { runId = '' } = target ?? {};
  const find = () => target && shelf.find(target.server, runId);
  const first = firstSnapshot(runId, initial);
  const attempt = async (act: (client: Client) => Promise<unknown>): Promise<SluiceError | undefined> => {
    try {
      await act(clientOf(target ?? targetOf('/', server)));
      return undefined;
    } catch (error) {
      return known(error);
    }
  };
  return {
    subscribe: tell => {
      if (!target) return () => undefined;
      const store = shelf.take(
        target.server,
        runId,
        () => new RunSource(() => clientOf(target), runId, initial),
      );
      const isBehind = store.source.want(events);
      const stop = store.subscribe(tell);
      if (isBehind && store.isOpen) store.restart();
      return stop;
    },
    snapshot: () => find()?.snapshot ?? first,
    first: () => first,
    newest: kept => (events > 0 ? kept.slice(-events) : NO_EVENTS),
    actions: {
      // A handler of clicks may pass it the click.
      cancel: reason =>
        attempt(client => client.cancel(runId, { reason: typeof reason === 'string' ? reason : undefined })),
      answer: (askId, value, by) => attempt(client => client.answer(runId, askId, { value, by })),
      retry: () => find()?.restart(),
    },
  };
}

function firstSnapshot(runId: string, initial: RunState | undefined): RunSnapshot {
  const state = initial ?? { ...emptyRun, runId: runId || undefined };
  const reading = state.end ? 'closed' : 'connecting';
  return { state, events: NO_EVENTS, connection: runId ? reading : 'idle', error: undefined, isStale: false };
}
