import type { FilterSpec } from '../event/filter.ts';
import type { JsonObject } from '../event/json.ts';
import type { AnyCustom, CustomEvents, RunEvent, RunStatus } from '../event/run-event.ts';
import { emptyRun, type RunState } from '../event/run-state.ts';
import type { RunView } from '../http/run-view.ts';
import { connectRun, type ConnectOptions } from './connect-run.ts';
import type { Feed } from './feed.ts';
import { askServer } from './ask-server.ts';
import { resolveStreamOptions, resolveUrl, type RequestOptions, type StreamOptions } from './options.ts';
import { segmentOf } from './run-address.ts';
import type { RunConnection } from './run-connection.ts';
import {
  watchRuns,
  withQuery,
  type RunListNews,
  type RunListPage,
  type RunListQuery,
  type RunStats,
} from './run-list.ts';

/** How a run is started; the server checks it. Times are milliseconds. */
export interface StartRequest {
  readonly input?: unknown;
  /** Default: one that the server makes. */
  readonly id?: string | undefined;
  readonly threadId?: string | undefined;
  readonly parentId?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly metadata?: JsonObject | undefined;
  /** What is emitted and stored at all. Default: everything. */
  readonly record?: FilterSpec | undefined;
  readonly ttl?: number | undefined;
  readonly maxDuration?: number | undefined;
  readonly idle?: number | undefined;
  /** The same key again gives the same run; with it a start that failed with `CONNECTION_LOST` may be sent again. */
  readonly idempotencyKey?: string | undefined;
}

/** How a run without an agent is created. */
export interface OpenRequest extends StartRequest {
  /**
   * For a run of the past, when it began (RFC 3339): its events may then say their own `time`. Needs the scope `import`.
   */
  readonly startedAt?: string | undefined;
}

/** A run that was started, or got again by its idempotency key. */
export interface StartedRun {
  readonly runId: string;
  readonly status: RunStatus;
  /** Where its events are; as the server sees itself. */
  readonly eventsUrl: string;
}

/** Which checkpoints of a run to read. */
export interface CheckpointsQuery {
  readonly name?: string | undefined;
  /** 1 to 128. Default: 50. */
  readonly limit?: number | undefined;
  /** The seq of the last one of a former page. */
  readonly before?: number | undefined;
}

/** A checkpoint as its run said it. */
export type CheckpointEvent = Extract<RunEvent, { type: 'checkpoint' }>;

/**
 * The runs of a server. Each call that gives a promise is one request and never repeated by itself; it rejects with
 * `CONNECTION_LOST` if nobody answers within `timeout`, with the error that the server answers, and with `BAD_RESPONSE`
 * for what no Sluice server says.
 */
export interface Client {
  /** Starts an agent. */
  start(agent: string, request?: StartRequest): Promise<StartedRun>;
  /** Creates a run without an agent: `produceRun` writes it. */
  open(request?: OpenRequest): Promise<StartedRun>;
  /** Rejects with `RUN_NOT_FOUND`. */
  get(runId: string): Promise<RunView>;
  /**
   * What a run adds up to by now. Go on from there with `events(runId, { after: state.cursor })` and `foldRun`, instead
   * of reading a long run from its start. Rejects with `RUN_NOT_FOUND`.
   */
  state(runId: string): Promise<RunState>;
  /** The checkpoints of a run that are kept, newest first. Rejects with `RUN_NOT_FOUND`. */
  checkpoints(runId: string, query?: CheckpointsQuery): Promise<readonly CheckpointEvent[]>;
  /** How many runs there are and how many in each status, counted one by one: for people and reports. */
  stats(): Promise<RunStats>;
  /** One page of runs, newest first. */
  list(query?: RunListQuery): Promise<RunListPage>;
  /** The same, live; kept open as {@link connectRun} does it. */
  watch(query?: RunListQuery, options?: StreamOptions): Feed<RunListNews>;
  /** The events of a run; see {@link connectRun}. */
  events<Custom extends CustomEvents = AnyCustom>(
    runId: string,
    options?: ConnectOptions,
  ): RunConnection<Custom>;
  /** Where the events of a run are, for `connectRun` and `produceRun`. A new object each time. */
  eventsUrl(runId: string): URL;
  /** Asks a run to stop. Rejects with `RUN_NOT_FOUND`, and with `RUN_ENDED` if it ended otherwise. */
  cancel(runId: string, body?: { readonly reason?: string | undefined }): Promise<'requested' | 'cancelled'>;
  /**
   * Answers a question. Rejects with `RUN_NOT_FOUND`, `RUN_ENDED`, `ASK_NOT_FOUND`, `BAD_ANSWER`; with `OWNER_SILENT` or
   * `CONNECTION_LOST` where it may count all the same: then send it again under the same `idempotencyKey`.
   */
  answer(
    runId: string,
    askId: string,
    answer: {
      readonly value: unknown;
      readonly by?: string | undefined;
      readonly idempotencyKey?: string | undefined;
    },
  ): Promise<void>;
  /** Erases a run that has ended; one that lives is asked to stop. Rejects with `RUN_NOT_FOUND`. */
  delete(runId: string): Promise<'requested' | 'erased'>;
}

/**
 * A client of the server whose routes are mounted at `url`; in a browser it may be relative. `options` hold for all
 * requests. Sends nothing by itself. Throws `BAD_OPTION`.
 */
export function createClient(url: string | URL, options: RequestOptions = {}): Client {
  const settings = resolveStreamOptions(options);
  const base = resolveUrl(url);
  const under = (path: string): URL => new URL(base.href.replace(/\/*(?:[?#].*)?$/, path));
  const runs = under('/runs');
  const at = (runId: string, path = ''): URL => new URL(`${runs.href}/${segmentOf(runId)}${path}`);

  const ask = (target: URL, init: RequestInit = {}) => askServer(target, init, settings);
  const post = (target: URL, body: object) => ask(target, { method: 'POST', body: JSON.stringify(body) });

  return {
    start: async (agent, request) => (await post(runs, { ...request, agent })).body as StartedRun,
    open: async request => (await post(runs, { ...request })).body as StartedRun,
    get: async runId => (await ask(at(runId))).body as RunView,
    state: async runId => ({ ...emptyRun, ...((await ask(at(runId, '/state'))).body as Partial<RunState>) }),
    checkpoints: async (runId, query = {}) => {
      const { body } = await ask(withQuery(at(runId, '/checkpoints'), query));
      return (body as { readonly checkpoints: readonly CheckpointEvent[] }).checkpoints;
    },
    stats: async () => (await ask(under('/stats'))).body as RunStats,
    list: async (query = {}) => (await ask(withQuery(new URL(runs), query))).body as RunListPage,
    watch: (query = {}, more) =>
      watchRuns(withQuery(new URL(runs), query), resolveStreamOptions({ ...options, ...more })),
    events: (runId, more) => connectRun(at(runId, '/events'), { ...options, ...more }),
    eventsUrl: runId => at(runId, '/events'),
    cancel: async (runId, body = {}) =>
      (await post(at(runId, '/cancel'), body)).status === 200 ? 'cancelled' : 'requested',
    answer: async (runId, askId, answer) => void (await post(at(runId, '/answers'), { ...answer, askId })),
    delete: async runId =>
      (await ask(at(runId), { method: 'DELETE' })).status === 204 ? 'erased' : 'requested',
  };
}
