import { Heartbeats } from '../bridges/sse/heartbeats.ts';
import { RunFeeds } from '../bridges/sse/run-feeds.ts';
import { withJitter } from '../time/new-id.ts';
import { bridgeRoutes } from './bridge-routes.ts';
import { checkOrigin } from './check-origin.ts';
import type { ServedEngine } from './exchange.ts';
import { resolveHandlerOptions, type HandlerOptions, type HandlerSettings } from './options.ts';
import { problemOf } from './problem.ts';
import type { Reply } from './reply.ts';
import type { HttpRequest } from './request.ts';
import { RouteTable, type Routes } from './route-table.ts';
import { appendEvents } from './routes/append-events.ts';
import { health, listAgents, showPage } from './routes/about.ts';
import { answerRun, cancelRun } from './routes/control-run.ts';
import { invoke, invokeStream } from './routes/invoke.ts';
import { manyEvents } from './routes/many-events.ts';
import { runEvents } from './routes/run-events.ts';
import { createRun, deleteRun, listRuns, runOffset, showRun } from './routes/runs.ts';
import { tenantOf } from './tenant-of.ts';

const ROUTES: Routes = {
  '/': { GET: showPage },
  '/healthz': { GET: health },
  '/agents': { GET: listAgents },
  '/invoke': { POST: invoke },
  '/invoke/stream': { POST: invokeStream },
  '/invoke/{agent}': { POST: invoke },
  '/invoke/{agent}/stream': { POST: invokeStream },
  '/runs': { GET: listRuns, POST: createRun },
  '/runs/{id}': { GET: showRun, DELETE: deleteRun },
  '/runs/{id}/events': { GET: runEvents, POST: appendEvents },
  '/runs/{id}/offset': { GET: runOffset },
  '/runs/{id}/cancel': { POST: cancelRun },
  '/runs/{id}/answers': { POST: answerRun },
  '/events': { GET: manyEvents },
};

/** Answers requests, whoever received them, and has what the streams of one server share. */
export class HttpCore {
  readonly feeds = new RunFeeds();
  readonly heartbeats: Heartbeats;
  readonly #engine: ServedEngine;
  readonly #settings: HandlerSettings;
  readonly #routes: RouteTable;

  /** Throws `BAD_OPTION`. */
  constructor(engine: ServedEngine, options: HandlerOptions) {
    this.#engine = engine;
    this.#settings = resolveHandlerOptions(options);
    this.#routes = new RouteTable(...this.#settings.bridges.map(bridgeRoutes), ROUTES);
    this.heartbeats = new Heartbeats(this.#settings.clock, this.#settings.heartbeat);
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
      const { route, params } = this.#routes.find(request.method, path);
      return await route({
        ...{ engine: this.#engine, request, params, query: new URLSearchParams(query) },
        ...{ tenantId: tenantOf(request), feeds: this.feeds, settings: this.#settings },
      });
    } catch (error) {
      return problemOf(error, this.#engine.secrets);
    }
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
