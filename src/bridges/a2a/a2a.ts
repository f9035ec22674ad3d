import { createHash } from 'node:crypto';
import { systemClock, type Clock } from '../../time/clock.ts';
import type { Bridge, BridgeBody, BridgeRequest } from '../bridge.ts';
import { checkPlace } from '../check-place.ts';
import { agentCard, type CardOptions, type CardRules } from './agent-card.ts';
import { typedBody } from './binding.ts';
import { answerRpc } from './json-rpc.ts';
import type { A2aRules } from './operations.ts';
import { PushNotifications } from './push/push-notifications.ts';
import { restError, toldAs } from './refusal.ts';
import { restRoutes } from './rest.ts';
import { Tasks } from './tasks.ts';

/** How clients of A2A are served. All optional. */
export interface A2aOptions {
  /** Where its addresses begin; the agent card is always at the root. Default: `/a2a`. */
  readonly at?: string | undefined;
  /** The agent that is served. Default: what `metadata.agent` of a message says, or the first one there is. */
  readonly agent?: string | undefined;
  /** What the agent card says besides what the engine knows. */
  readonly card?: CardOptions | undefined;
  /** Push notifications: off, on, or on for addresses of private networks, too. Default: on. */
  readonly push?: boolean | { readonly allowPrivate: boolean } | undefined;
  /** Where retries of push notifications take their time from; for tests. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

const CARD_PATH = '/.well-known/agent-card.json';
/** Seconds for which a card may be kept. */
const CARD_AGE = 300;

/**
 * Answers clients of A2A 1.0 with the runs of an engine: a task is a run, a context a thread. Both HTTP bindings, the
 * agent card, streaming with exact resumption, push notifications. Give it to a server as `bridges: [a2a()]`. Throws
 * `BAD_OPTION`.
 */
export function a2a({ at = '/a2a', agent, card = {}, push = true, clock }: A2aOptions = {}): Bridge {
  const place = checkPlace('a2a', at);
  const allowsPrivate = typeof push === 'object' && push.allowPrivate;
  const rules: A2aRules = {
    card: { ...card, agent, at: place, pushes: push !== false },
    tasks: new Tasks(),
    push: new PushNotifications({ isOn: push !== false, allowsPrivate, clock: clock ?? systemClock }),
  };
  return {
    name: 'a2a',
    at: '',
    routes: {
      [CARD_PATH]: { GET: { route: request => cardBody(request, rules.card), scope: 'public' } },
      [place === '' ? '/' : place]: {
        POST: { route: request => answerRpc(request, rules), scope: 'within' },
      },
      ...restRoutes(`${place}/v1`, rules),
    },
    refusal: problem => {
      const told = toldAs(problem, undefined);
      return typedBody(told.row.http, restError(told), 'application/a2a+json');
    },
  };
}

/** The card, which clients may keep for a while and ask for again by its tag. */
async function cardBody(request: BridgeRequest, rules: CardRules): Promise<BridgeBody> {
  const body = agentCard(request, rules);
  const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 27)}"`;
  const headers = { etag, 'cache-control': `public, max-age=${CARD_AGE}`, vary: 'host' };
  const known = request
    .header('if-none-match')
    ?.split(',')
    .map(tag => tag.trim().replace(/^W\//, ''));
  if (known?.some(tag => tag === etag || tag === '*')) return { status: 304, body: undefined, headers };
  return { status: 200, body, headers };
}
