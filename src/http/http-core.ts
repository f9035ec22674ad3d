import { Heartbeats } from '../bridges/sse/heartbeats.ts';
import { RunFeeds } from '../bridges/sse/run-feeds.ts';
import { SocketFeeds } from '../bridges/websocket/socket-feeds.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { spreadOver, withJitter } from '../time/new-id.ts';
import { Sweep } from '../time/sweep.ts';
import { bridgeRoutes } from './bridge-routes.ts';
import type { Principal } from './auth/principal.ts';
import { checkOrigin } from './check-origin.ts';
import { corsHeaders, preflight } from './cors.ts';
import { Doorway } from './doorway.ts';
import type { Exchange, ServedEngine } from './exchange.ts';
import { resolveHandlerOptions, type HandlerOptions, type HandlerSettings } from './options.ts';
import { problemFacts, problemOf } from './problem.ts';
import type { Reply } from './reply.ts';
import type { HttpRequest } from './request.ts';
import { returnSpread } from './return-spread.ts';
import { RunStates } from './run-states.ts';
import { RouteTable } from './route-table.ts';
import { ROUTES } from './routes.ts';
import type { Visit } from './visits/visit.ts';
import { Visits } from './visits/visits.ts';
import { SocketUpgrader } from './websocket/socket-upgrader.ts';
import type { OpenSocket } from './websocket/open-socket.ts';
import { SocketDesk } from './websocket/socket-desk.ts';

/** Answers requests, whoever received them, and has what the streams of one server share. */
export class HttpCore {
  readonly feeds = new RunFeeds();
  readonly subscriptions = new SocketFeeds();
  readonly upgrader: SocketUpgrader;
  readonly heartbeats: Heartbeats;
  /** Ends streams whose time is over. */
  readonly lifetimes: Sweep;
  readonly #engine: ServedEngine;
  readonly #settings: HandlerSettings;
  readonly #routes: RouteTable;
  readonly #doorway: Doorway;
  readonly #states: RunStates;
  readonly #visits: Visits;
  readonly #ends: readonly (() => void)[];

  /** Throws `BAD_OPTION`. */
  constructor(engine: ServedEngine, options: HandlerOptions) {
    checkEngine(engine);
    this.#engine = engine;
    this.#settings = resolveHandlerOptions(options);
    const { clock, heartbeat, bridges } = this.#settings;
    this.#routes = new RouteTable(...bridges.map(bridgeRoutes), ROUTES);
    this.#doorway = new Doorway(this.#settings);
    this.#states = new RunStates(engine.events);
    this.#visits = new Visits(engine, this.#settings);
    this.heartbeats = new Heartbeats(clock, heartbeat);
    this.lifetimes = new Sweep(clock);
    this.upgrader = new SocketUpgrader(this.#settings.sockets);
    this.#ends = bridges.flatMap(bridge => bridge.begin?.(engine) ?? []);
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => this.#settings.clock.now();

  /**
   * Milliseconds after which this client may reconnect; others are told another number. `leaving`: streams that end
   * together with its own.
   */
  retryDelay(leaving = 0): number {
    const { retry } = this.#settings;
    return spreadOver(retry, returnSpread(retry, leaving));
  }

  /** Ends what bridges do unasked. */
  close(): void {
    for (const end of this.#ends) end();
  }

  /** Never rejects: what goes wrong is answered with a problem document. */
  async answer(request: HttpRequest): Promise<Reply> {
    // Sockets are for requests that can become one.
    return (await this.answerUpgrade(request)) as Reply;
  }

  /** The same for a request that may become a WebSocket. */
  async answerUpgrade(request: HttpRequest): Promise<Reply | OpenSocket> {
    const { cors } = this.#settings;
    const visit = this.#visits.begin(request);
    const reply = this.#visits.answered(visit, await this.#answer(visit));
    const more = corsHeaders(request, cors);
    return more ? { ...reply, headers: { ...reply.headers, ...more } } : reply;
  }

  async #answer(visit: Visit): Promise<Reply | OpenSocket> {
    const { request } = visit;
    const { allowedHosts, basePath, cors, grants } = this.#settings;
    let leave: (() => void) | undefined;
    let isOpen = false;
    try {
      checkOrigin(request, { allowedHosts, cors });
      const { path, query: text } = splitTarget(request.target, basePath);
      if (cors && request.method === 'OPTIONS') return preflight(this.#routes.methods(path));
      const { guarded, params, pattern } = this.#routes.find(request.method, path);
      visit.arrive(pattern, params);
      const query = new URLSearchParams(text);
      const known = (principal: Principal): void => void (visit.principal = principal);
      const entered = await this.#doorway.enter(request, guarded, { path, params, query, known });
      leave = entered.leave;
      const { principal } = entered;
      const exchange: Exchange = {
        ...{ engine: this.#visits.engineFor(visit), meter: this.#visits.meter },
        ...{ feeds: this.feeds, subscriptions: this.subscriptions },
        ...{ states: this.#states, settings: this.#settings },
        ...{ request, params, query, principal, tenantId: principal.tenantId },
        ...{ grants, limits: this.#doorway.limits },
      };
      const reply = await guarded.route(exchange);
      if ('body' in reply) return reply;
      if ('isSocket' in reply) await this.upgrader.ready();
      isOpen = true;
      const until = this.#endOf(principal);
      if ('feed' in reply) return { ...reply, until, released: leave };
      const desk = new SocketDesk(exchange, this.#visits, visit);
      return { ...reply, exchange, desk, until, expiresAt: principal.expiresAt, released: leave };
    } catch (error) {
      const problem = problemFacts(error);
      visit.code = problem.code;
      return problemOf({ ...problem, requestId: visit.id }, this.#engine.secrets);
    } finally {
      if (!isOpen) leave?.();
    }
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

/** Callers without types pass options alone, or the options of an engine. */
function checkEngine(engine: unknown): void {
  const { runs, events } = Object(engine) as Partial<ServedEngine>;
  if (runs !== undefined && events !== undefined) return;
  const got = engine === null ? 'null' : typeof engine;
  throw new SluiceError('BAD_OPTION', `engine: expected what createEngine gives, got ${got}.`);
}
