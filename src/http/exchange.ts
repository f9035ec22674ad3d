import type { RunStatus } from '../event/run-event.ts';
import type { RunFeeds } from '../bridges/sse/run-feeds.ts';
import type { SocketFeeds } from '../bridges/websocket/socket-feeds.ts';
import type { Notes } from '../backends/notes.ts';
import type { AgentInfo } from '../engine/agents.ts';
import type { CustomTypes } from '../engine/custom-types.ts';
import type { EngineEvents } from '../engine/engine-events.ts';
import type { EngineMetrics } from '../engine/metrics/engine-metrics.ts';
import type { Runs } from '../engine/runs.ts';
import type { OpenRunOptions, StartOptions } from '../engine/start-options.ts';
import type { Appended, AppendEvent } from '../run/appender.ts';
import type { TextMask } from '../secrets/mask-value.ts';
import type { Grants } from './auth/grants.ts';
import type { Principal } from './auth/principal.ts';
import type { RequestLimits } from './limits/request-limits.ts';
import type { HttpMeter } from './metrics/http-meter.ts';
import type { HandlerSettings } from './options.ts';
import type { Reply, SocketReply } from './reply.ts';
import type { RunStates } from './run-states.ts';
import type { HttpRequest } from './request.ts';

/** What of an engine is served; every engine fits, whatever its custom events. */
export interface ServedEngine {
  readonly runs: Runs;
  readonly events: EngineEvents;
  readonly agentInfos: readonly AgentInfo[];
  readonly customTypes: CustomTypes;
  readonly largestBatch: number;
  readonly secrets: TextMask;
  readonly notes: Notes;
  checkReady(): Promise<void>;
  metrics(): EngineMetrics;
  start(agent: string, options: StartOptions): Promise<{ readonly id: string; readonly status: RunStatus }>;
  open(
    options: OpenRunOptions,
  ): Promise<{ readonly run: { readonly id: string; readonly status: RunStatus } }>;
  append(
    runId: string,
    events: readonly AppendEvent[],
    options: { readonly tenantId: string; readonly flush?: boolean | undefined },
  ): Promise<Appended>;
}

/** One request on its way through a route. */
export interface Exchange {
  readonly engine: ServedEngine;
  readonly request: HttpRequest;
  /** What the path says in place of `{id}` and the like. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Who asks. */
  readonly principal: Principal;
  /** That of the principal. */
  readonly tenantId: string;
  readonly feeds: RunFeeds;
  readonly subscriptions: SocketFeeds;
  readonly states: RunStates;
  readonly grants: Grants;
  readonly limits: RequestLimits;
  readonly meter: HttpMeter;
  readonly settings: HandlerSettings;
}

/** Answers one kind of request; what it throws becomes a problem document. */
export type Route = (exchange: Exchange) => Reply | SocketReply | Promise<Reply>;
