import type * as z from 'zod';
import type { AgentInfo } from '../engine/agents.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineEvents } from '../engine/engine-events.ts';
import type { Runs } from '../engine/runs.ts';
import type { StartOptions } from '../engine/start-options.ts';
import type { RunStatus } from '../event/run-event.ts';
import type { TextMask } from '../secrets/mask-value.ts';
import type { Operations } from './described-operation.ts';
import type { FrameStyle } from './frame-style.ts';
import type { Teller } from './teller.ts';

/** Where bridges keep what outlives them. */
export type Notes = Engine['notes'];
export type Note = Awaited<ReturnType<Notes['list']>>[number];

/** What a bridge uses of an engine; every engine fits. */
export interface BridgedEngine {
  readonly runs: Runs;
  readonly events: EngineEvents;
  readonly agentInfos: readonly AgentInfo[];
  readonly secrets: TextMask;
  readonly notes: Notes;
  start(agent: string, options: StartOptions): Promise<{ readonly id: string; readonly status: RunStatus }>;
}

/** What is known of a run besides its events. */
export type BridgedRun = Awaited<ReturnType<Runs['get']>>;

/** A request as the routes of a bridge see it. */
export interface BridgeRequest {
  readonly engine: BridgedEngine;
  /** Decided by the server, whatever the request says. */
  readonly tenantId: string;
  /** What the path says in place of `{run_id}` and the like. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Where the addresses of the bridge begin, as clients see it. */
  readonly base: string;
  /** A header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** The JSON body; no body is an empty object. Rejects with `BAD_REQUEST`, `BODY_TOO_LARGE`. To be called once. */
  readonly json: () => Promise<unknown>;
  /** What was thrown as Sluice itself would tell it, for a bridge that answers with it by itself. */
  readonly problem: (error: unknown) => BridgeProblem;
  /** Throws `UNAUTHENTICATED` and `FORBIDDEN` unless the credential allows it; for routes that look `within` requests. */
  readonly require: (scope: 'read' | 'write' | 'cancel') => void;
  /** Calls `leave` when the client goes away before it has its answer. Returns what ends that. */
  readonly onDisconnect: (leave: () => void) => () => void;
}

/** An answer that is complete. */
export interface BridgeBody {
  /** With 204 nothing is written. */
  readonly status: number;
  /** Written as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The events of a run, from a position on, live, until its end. */
export interface BridgeStream {
  readonly stream: {
    readonly runId: string;
    /** As `?after=` has it: a cursor, `start`, `now`, or a seq. */
    readonly after: string;
    /** Which types are read at all. */
    readonly filter?: string | undefined;
    readonly frames: FrameStyle;
    /** Frames that this client gets before all others. */
    readonly greeting?: string | undefined;
  };
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The events of a run in words that depend on what was said before: from a place on, live, until its end. */
export interface BridgeTelling {
  readonly telling: {
    readonly runId: string;
    /** A place as `TellerPlace` has it, `start` or `now`. What lies before it is read, too, and not told. */
    readonly after: string;
    /** Which types are read at all. */
    readonly filter?: string | undefined;
    /** Of this client alone. */
    readonly teller: Teller;
  };
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** To be called if the client leaves before the end. */
  readonly onDisconnect?: (() => void) | undefined;
}

/** Answers one kind of request; what it throws is told by {@link Bridge.refusal}. */
export type BridgeRoute = (request: BridgeRequest) => Promise<BridgeAnswer>;

/** Whatever a route may answer with. */
export type BridgeAnswer = BridgeBody | BridgeStream | BridgeTelling;

/** A route that asks something else of a credential than its method does. */
export interface ScopedRoute {
  readonly route: BridgeRoute;
  /**
   * `public`: nothing, since it says nothing of runs · `within`: the route itself says it with `require`, once it has
   * seen what is asked.
   */
  readonly scope: 'public' | 'within' | 'read' | 'write' | 'cancel';
}

/** What went wrong with a request. */
export interface BridgeProblem {
  /** As Sluice itself would answer it. */
  readonly status: number;
  /** A code of Sluice. */
  readonly code: string;
  readonly message: string;
  readonly runId?: string | undefined;
}

/**
 * The addresses of another system, answered with the runs of an engine. Made by the bridges of this package, and
 * given to a server as `bridges: [dockrion()]`.
 */
export interface Bridge {
  readonly name: string;
  /** Where its addresses begin, such as `/dockrion`; empty for the root. */
  readonly at: string;
  /** A route by itself asks for `read` behind GET, and for `write` behind the others. */
  readonly routes: Readonly<
    Record<string, Readonly<Partial<Record<'GET' | 'POST' | 'DELETE', BridgeRoute | ScopedRoute>>>>
  >;
  /**
   * Begins what it does unasked, such as what a former process left. Called once by each server that has it, which
   * calls what it returns when it closes.
   */
  readonly begin?: ((engine: BridgedEngine) => () => void) | undefined;
  /** Tells a problem in the words of the other system. */
  readonly refusal: (problem: BridgeProblem) => BridgeBody;
  /** What the addresses do, for `/openapi.json`; those that are not described are named there, and no more. */
  readonly operations?: Operations | undefined;
  /** What a refusal looks like. */
  readonly refusalSchema?: z.ZodType | undefined;
}
