import * as z from 'zod';
import type {
  Bridge,
  BridgeAnswer,
  BridgeBody,
  BridgeProblem,
  BridgeRequest,
  BridgeRoute,
  ScopedRoute,
} from '../bridges/bridge.ts';
import { checkScope } from './auth/authorize.ts';
import type { Exchange, Route } from './exchange.ts';
import { cancelling, greeting, reading, unguarded, writing, type GuardedRoute } from './guarded-route.ts';
import { parseBody } from './parse-body.ts';
import { problemFacts } from './problem.ts';
import { emptyReply, feedReply, jsonReply, type Reply } from './reply.ts';
import type { Routes } from './route-table.ts';
import { openFeed } from './routes/run-events.ts';
import { openTelling } from './told-run.ts';

/** The routes of a bridge as routes of the server. */
export function bridgeRoutes(bridge: Bridge): Routes {
  const routes = Object.entries(bridge.routes).map(([path, methods]) => [
    `${bridge.at}${path}`,
    Object.fromEntries(
      Object.entries(methods).map(([method, route]) => [method, guarded(bridge, method, route)]),
    ),
  ]);
  return Object.fromEntries(routes) as Routes;
}

const GUARDS: Readonly<Record<ScopedRoute['scope'], (route: Route) => GuardedRoute>> = {
  public: unguarded,
  within: greeting,
  read: reading,
  write: writing,
  cancel: cancelling,
};

function guarded(bridge: Bridge, method: string, route: BridgeRoute | ScopedRoute): GuardedRoute {
  const scoped =
    typeof route === 'function' ? ({ route, scope: method === 'GET' ? 'read' : 'write' } as const) : route;
  return GUARDS[scoped.scope](bridged(bridge, scoped.route));
}

function bridged(bridge: Bridge, route: BridgeRoute): Route {
  return async exchange => {
    try {
      return await rendered(exchange, await route(requestOf(bridge, exchange)));
    } catch (error) {
      const problem = problemIn(exchange, error);
      const isLater = problem.status === 503 || problem.status === 429;
      return bodyReply(bridge.refusal(problem), isLater ? { 'retry-after': '1' } : {});
    }
  };
}

/** Its message may quote what was sent. */
function problemIn({ engine }: Exchange, error: unknown): BridgeProblem {
  const { status, code, detail, runId } = problemFacts(error);
  return { status, code, message: engine.secrets.mask(detail), runId };
}

function requestOf({ at }: Bridge, exchange: Exchange): BridgeRequest {
  const { engine, request, params, query, principal, tenantId, settings } = exchange;
  return {
    ...{ engine, tenantId, params, query, base: `${settings.basePath}${at}` },
    header: name => request.header(name),
    json: () => parseBody(request, z.unknown(), settings.bodyLimit),
    problem: error => problemIn(exchange, error),
    require: scope => checkScope(principal, scope),
    onDisconnect: leave => request.onDisconnect(leave),
  };
}

async function rendered(exchange: Exchange, answer: BridgeAnswer): Promise<Reply> {
  if ('telling' in answer) {
    const { telling, headers, onDisconnect } = answer;
    const feed = await openTelling(exchange, telling);
    return feed ? feedReply(feed, { headers, onDisconnect }) : emptyReply();
  }
  if (!('stream' in answer)) return answer.status === 204 ? emptyReply() : bodyReply(answer);
  const { greeting, ...view } = answer.stream;
  const { feed, isPastEnd } = await openFeed(exchange, view);
  if (!isPastEnd) return feedReply(feed, { headers: answer.headers, greeting });
  feed.close();
  return emptyReply();
}

function bodyReply(
  { status, body, headers }: BridgeBody,
  more: Readonly<Record<string, string>> = {},
): Reply {
  return jsonReply(status, body, { ...headers, ...more });
}
