import { Heartbeats } from '../bridges/sse/heartbeats.ts';
import { RunFeeds } from '../bridges/sse/run-feeds.ts';
import { withJitter } from '../time/new-id.ts';
import { Sweep } from '../time/sweep.ts';
import { bridgeRoutes } from './bridge-routes.ts';
import { admit, EVERYBODY, shownRequest, type Authorize, type AuthorizeRequest } from './auth/authorize.ts';
import { checkRuns } from './auth/check-runs.ts';
import { identify } from './auth/identify.ts';
import type { Principal } from './auth/principal.ts';
import { cancelling, reading, unguarded, writing, type GuardedRoute } from './guarded-route.ts';
import { checkOrigin } from './check-origin.ts';
import type { ServedEngine } from './exchange.ts';
import { resolveHandlerOptions, type HandlerOptions, type HandlerSettings } from './options.ts';
import { problemOf } from './problem.ts';
import type { Reply } from './reply.ts';
import type { HttpRequest } from './request.ts';
import { RunStates } from './run-states.ts';
import { RouteTable, type Routes } from './route-table.ts';
import { appendEvents } from './routes/append-events.ts';
import { health, listAgents, ready, showPage } from './routes/about.ts';
import { answerRun, cancelRun } from './routes/control-run.ts';
import { createSession, createTicket, endSession } from './routes/grants.ts';
import { invoke, invokeStream } from './routes/invoke.ts';
import { manyEvents } from './routes/many-events.ts';
import { runEvents } from './routes/run-events.ts';
import { createRun, deleteRun, listRuns, runOffset, runState, showRun } from './routes/runs.ts';

const ROUTES: Routes = {
  '/': { GET: unguarded(showPage) },
  '/healthz': { GET: unguarded(health) },
  '/readyz': { GET: unguarded(ready) },
  '/agents': { GET: reading(listAgents) },
  '/invoke': { POST: writing(invoke) },
  '/invoke/stream': { POST: writing(invokeStream) },
  '/invoke/{agent}': { POST: writing(invoke) },
  '/invoke/{agent}/stream': { POST: writing(invokeStream) },
  '/runs': { GET: reading(listRuns), POST: writing(createRun) },
  '/runs/{id}': { GET: reading(showRun), DELETE: cancelling(deleteRun) },
  '/runs/{id}/events': { GET: reading(runEvents), POST: writing(appendEvents) },
  '/runs/{id}/state': { GET: reading(runState) },
  '/runs/{id}/offset': { GET: reading(runOffset) },
  '/runs/{id}/cancel': { POST: cancelling(cancelRun) },
  '/runs/{id}/answers': { POST: writing(answerRun) },
  '/tickets': { POST: reading(createTicket) },
  '/session': { POST: reading(createSession), DELETE: unguarded(endSession) },
  '/events': { GET: reading(manyEvents) },
};

/** Answers requests, whoever received them, and has what the streams of one server share. */
export class HttpCore {
  readonly feeds = new RunFeeds();
  readonly heartbeats: Heartbeats;
  /** Ends streams whose time is over. */
  readonly lifetimes: Sweep;
  readonly #engine: ServedEngine;
  readonly #settings: HandlerSettings;
  readonly #routes: RouteTable;
  readonly #authorize: Authorize | undefined;
  readonly #states: RunStates;

  /** Throws `BAD_OPTION`. */
  constructor(engine: ServedEngine, options: HandlerOptions) {
    this.#engine = engine;
    this.#states = new RunStates(engine.events);
    this.#settings = resolveHandlerOptions(options);
    this.#routes = new RouteTable(...this.#settings.bridges.map(bridgeRoutes), ROUTES);
    const { clock, heartbeat, authorize, grants } = this.#settings;
    this.#authorize = authorize && identify(authorize, grants);
    this.heartbeats = new Heartbeats(clock, heartbeat);
    this.lifetimes = new Sweep(clock);
  }

  /** Milliseconds after which this client may reconnect; others are told another number. */
  retryDelay(): number {
    return withJitter(this.#settings.retry, 1);
  }

  /** Never rejects: what goes wrong is answered with a problem document. */
  async answer(request: HttpRequest): Promise<Reply> {
    try {
      checkOrigin(request, this.#settings.allowedHosts);
      const { path, query } = splitTarget(request.target, this.#settings.basePath);
      const { guarded, params } = this.#routes.find(request.method, path);
      const parameters = new URLSearchParams(query);
      const principal = await this.#admit(guarded, shownRequest(request, path, parameters));
      checkRuns(principal, params, parameters);
      const reply = await guarded.route({
        ...{ engine: this.#engine, request, params, query: parameters, principal },
        ...{
          tenantId: principal.tenantId,
          feeds: this.feeds,
          states: this.#states,
          grants: this.#settings.grants,
        },
        settings: this.#settings,
      });
      return 'feed' in reply ? { ...reply, until: this.#endOf(principal) } : reply;
    } catch (error) {
      return problemOf(error, this.#engine.secrets);
    }
  }

  async #admit({ scope }: GuardedRoute, request: AuthorizeRequest): Promise<Principal> {
    if (scope === undefined) return EVERYBODY;
    return admit(request, scope, { authorize: this.#authorize, now: this.#settings.clock.now() });
  }

  /** When the stream of this client ends at the latest. */
  #endOf({ expiresAt = Infinity }: Principal): number | undefined {
    const { streamAge, clock } = this.#settings;
    // Not all at once: they all come back.
    const age = streamAge === Infinity ? Infinity : withJitter(0.9 * streamAge, 1 / 9);
    const end = Math.min(expiresAt, clock.now() + age);
    return end === Infinity ? undefined : end;
  }
}

function splitTarget(target: string, basePath: string): { path: string; query: string } {
  // A proxy may pass on the absolute form of an address.
  const local = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '') || '/';
  const at = local.indexOf('?');
  const full = at < 0 ? local : local.slice(0, at);
  const isInside = full === basePath || full.startsWith(`${basePath}/`);
  const path = isInside ? full.slice(basePath.length) || '/' : full;
  return { path: isInside || basePath === '' ? path : '', query: at < 0 ? '' : local.slice(at + 1) };
}
